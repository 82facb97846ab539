// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import tombolo.bench.suite.UsageException;

/** The size of messages, and the number sent a second where their latency is measured. */
public enum Size {
  BYTES_24("24", 24, 100_000),
  BYTES_96("96", 96, 100_000),
  KIB_1("1k", 1 << 10, 100_000),
  KIB_64("64k", 64 << 10, 5_000);

  private final String label;
  private final int bytes;
  private final int rate;

  Size(String label, int bytes, int rate) {
    this.label = label;
    this.bytes = bytes;
    this.rate = rate;
  }

  /** Returns the name on the command line and in figures. */
  public String label() {
    return label;
  }

  /** Returns the size of a payload in bytes: a multiple of 8, at least 24. */
  public int bytes() {
    return bytes;
  }

  /**
   * Returns the messages a second on schedule, well below what the slowest contender of one host
   * can do.
   */
  public int rate() {
    return rate;
  }

  /** Returns the number of messages that are streamed between two looks at the clock. */
  public int batch() {
    return this == KIB_64 ? 4 : 64;
  }

  /**
   * Returns the size with a label.
   *
   * @throws UsageException if no size has it
   */
  public static Size named(String label) {
    return Stream.of(values())
        .filter(size -> size.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "no size %s: %s"
                        .formatted(
                            label,
                            Stream.of(values())
                                .map(Size::label)
                                .collect(Collectors.joining(", ")))));
  }
}
