// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Passes a guest's output on, and reports when a Linux kernel says that it gives up. Such a kernel
 * runs for ever, or waits and boots again, and a person who waits for it has to know. Reports the
 * first {@link #MOST_REPORTS} only, because a guest can print such a line as often as it likes. For
 * one thread.
 */
final class PanicWatch extends OutputStream {
  /** The most panics of a VM that are reported. */
  static final int MOST_REPORTS = 8;

  // kernel/panic.c in Linux: the first line has the reason. The last one repeats it, behind "end ",
  // and does not come where the kernel boots again at once.
  private static final byte[] MARK = "Kernel panic - not syncing: ".getBytes(UTF_8);
  private static final int LAST_LINE = 'e' << 24 | 'n' << 16 | 'd' << 8 | ' ';
  private static final int LONGEST_REASON = 200;

  private final OutputStream out;
  private final Consumer<String> onPanic;

  /** Bytes of the mark that have come; all of it while the reason comes. */
  private int matched;

  /** The four latest bytes before the mark. */
  private int before;

  private final ByteArrayOutputStream reason = new ByteArrayOutputStream();
  private String reported = ""; // the reason whose last line has not come yet
  private int reports;

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
    for (int i = offset; i < offset + length && reports < MOST_REPORTS; i++) {
      look(octets[i]);
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  private void look(byte octet) throws IOException {
    if (matched < MARK.length) {
      if (octet == MARK[matched]) {
        matched++;
      } else {
        // A mismatch can only be a new beginning with a K, of which the mark has one.
        matched = octet == MARK[0] ? 1 : 0;
      }
      if (matched == 0) {
        before = before << 8 | (octet & 0xff);
      }
    } else if (octet == '\n' || octet == '\r' || reason.size() == LONGEST_REASON) {
      String text =
          reason.toString(UTF_8).replaceFirst(" ]---$", "").replaceAll("\\p{C}", "?").strip();
      boolean last = before == LAST_LINE;
      boolean repeated = last && text.equals(reported);
      reported = last ? "" : text;
      reason.reset();
      matched = 0;
      before = 0;
      if (repeated) {
        return;
      }
      reports++;
      out.flush();
      onPanic.accept(reports < MOST_REPORTS ? text : text + "; further panics are not reported");
    } else {
      reason.write(octet);
    }
  }

  /**
   * Returns what a person can do about it, as far as the reason tells.
   *
   * @param option what is written before the name of a setting: dashes on a command line
   */
  static String advice(String reason, String option) {
    String words = reason.toLowerCase(Locale.ROOT);
    if (words.contains("memory") || words.contains("allocate")) {
      return "give it more %smemory".formatted(option);
    }
    if (words.contains("no working init") || words.contains("unable to mount root")) {
      return "is the %1$sinitrd right, and %1$smemory enough to unpack it?".formatted(option);
    }
    return "with panic=-1 in %sappend it would restart".formatted(option);
  }
}
