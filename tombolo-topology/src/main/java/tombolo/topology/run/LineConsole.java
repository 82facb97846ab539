// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.console.Console;
import tombolo.machine.console.Keyboard;

/**
 * A console that hands each line of a guest to Java code, and types what Java code gives it. A line
 * that has not ended is kept until it does, or until the guest's run ends. Thread-safe: one line is
 * handed over at a time, by the vCPU thread that printed its end, which waits meanwhile.
 */
public final class LineConsole implements Console {
  private final Consumer<String> lines;
  private final LineCutter cutter = new LineCutter(); // guarded by this
  private final Keyboard keyboard = new Keyboard();

  /**
   * Makes a console.
   *
   * @param lines takes each line, decoded as UTF-8, without its end
   */
  public LineConsole(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public synchronized void write(byte octet) {
    hand(cutter.add(octet));
  }

  /** Hands over a line that has not ended. */
  synchronized void end() {
    hand(cutter.end());
  }

  private void hand(byte @Nullable [] line) {
    if (line != null) {
      lines.accept(new String(line, StandardCharsets.UTF_8));
    }
  }

  /** Types text, as it is: a line needs its newline. Does not wait for the guest to read it. */
  public void type(String text) {
    keyboard.type(text);
  }

  @Override
  public int read() {
    return keyboard.read();
  }

  @Override
  public void onInput(Runnable listener) {
    keyboard.onInput(listener);
  }
}
