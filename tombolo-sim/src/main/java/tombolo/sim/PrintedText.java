// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.topology.run.LineCutter;

/** The console of a VM in a simulation: nobody types, and what the VM prints becomes a hash. */
final class PrintedText implements Console {
  private final Consumer<String> lines;
  private final List<Pattern> failOn;
  private final LineCutter cutter = new LineCutter();
  private final MessageDigest digest = Fingerprint.sha256();
  private @Nullable String forbidden;

  /**
   * Makes a console.
   *
   * @param lines takes each line that the VM prints
   * @param failOn what no line may contain
   */
  PrintedText(Consumer<String> lines, List<Pattern> failOn) {
    this.lines = lines;
    this.failOn = failOn;
  }

  @Override
  public void write(byte octet) {
    digest.update(octet);
    hand(cutter.add(octet));
  }

  /** Hands over a line that has not ended. */
  void end() {
    hand(cutter.end());
  }

  private void hand(byte @Nullable [] line) {
    if (line != null) {
      String text = new String(line, StandardCharsets.UTF_8);
      lines.accept(text);
      if (forbidden == null && failOn.stream().anyMatch(bad -> bad.matcher(text).find())) {
        forbidden = text;
      }
    }
  }

  /** Returns the first line that contained what it must not contain; null if none did. */
  @Nullable String forbidden() {
    return forbidden;
  }

  /** Returns the hash of all that was printed. Called once, at the end. */
  byte[] hash() {
    return digest.digest();
  }

  @Override
  public int read() {
    return -1;
  }

  @Override
  public void onInput(Runnable listener) {}
}
