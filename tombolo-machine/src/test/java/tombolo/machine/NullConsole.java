// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import tombolo.machine.console.Console;

/** A console that nobody looks at. */
final class NullConsole implements Console {
  @Override
  public void write(byte octet) {}

  @Override
  public int read() {
    return -1;
  }

  @Override
  public void onInput(Runnable listener) {}
}
