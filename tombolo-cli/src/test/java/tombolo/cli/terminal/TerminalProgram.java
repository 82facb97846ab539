// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.terminal;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tombolo.machine.console.ConsoleSize;

/** Sets the terminal for a guest, prints its sizes until it is one of 1 column, and restores it. */
final class TerminalProgram {
  private TerminalProgram() {}

  public static void main(String[] arguments) throws InterruptedException {
    BlockingQueue<ConsoleSize> sizes = new LinkedBlockingQueue<>();
    try (Terminal terminal = Terminal.ofStandardInput().orElseThrow()) {
      terminal.onSize(sizes::add);
      ConsoleSize size;
      do {
        size = sizes.poll(2, TimeUnit.MINUTES);
        System.out.println("size: " + size.columns() + " x " + size.rows() + ".");
      } while (size.columns() != 1);
    }
    System.out.println("restored.");
  }
}
