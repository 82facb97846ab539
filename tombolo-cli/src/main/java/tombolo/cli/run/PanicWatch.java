// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Passes a guest's output on, and notices when a Linux kernel reports that it has given up. Such a
 * kernel runs for ever, which a person who waits for it has to know. For one thread.
 */
final class PanicWatch extends OutputStream {
  // kernel/panic.c in Linux: the last line, which comes behind all that it has to say.
  private static final byte[] MARK = "---[ end Kernel panic - not syncing: ".getBytes(UTF_8);
  private static final int LONGEST_REASON = 200;

  private final OutputStream out;
  private final Consumer<String> onPanic;

  /** Bytes of the mark that have come; all of it while the reason comes. */
  private int matched;

  private final ByteArrayOutputStream reason = new ByteArrayOutputStream();

  /**
   * @param out where all of it goes
   * @param onPanic is told the kernel's reason, in its words
   */
  PanicWatch(OutputStream out, Consumer<String> onPanic) {
    this.out = out;
    this.onPanic = onPanic;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] octets, int offset, int length) throws IOException {
    out.write(octets, offset, length);
    for (int i = offset; i < offset + length; i++) {
      look(octets[i]);
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  private void look(byte octet) throws IOException {
    if (matched < MARK.length) {
      // A mismatch can only be a new beginning with a dash, of which the mark has three.
      matched = octet == MARK[matched] ? matched + 1 : octet != '-' ? 0 : Math.min(matched, 3);
    } else if (octet == '\n' || octet == '\r' || reason.size() == LONGEST_REASON) {
      String text = reason.toString(UTF_8).replaceFirst(" ]---$", "").strip();
      reason.reset();
      matched = 0;
      out.flush();
      onPanic.accept(text);
    } else {
      reason.write(octet);
    }
  }

  /** Returns what a person can do about it, as far as the reason tells. */
  static String advice(String reason) {
    String words = reason.toLowerCase(Locale.ROOT);
    if (words.contains("memory") || words.contains("allocate")) {
      return "give it more --memory";
    }
    if (words.contains("no working init") || words.contains("unable to mount root")) {
      return "is the --initrd right, and --memory enough to unpack it?";
    }
    return "with panic=-1 in --append it would restart";
  }
}
