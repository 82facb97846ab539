// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.terminal;

import java.io.IOException;
import java.io.InputStream;

/**
 * A keyboard whose Ctrl-A is for Tombolo, as it is for QEMU without graphics: the key after it is a
 * command, and neither reaches the guest. Everything else passes unchanged. A person who presses
 * Ctrl-C again and again is told how to leave. For one thread.
 */
public final class EscapeKeys extends InputStream {
  public static final String HELP =
      "Ctrl-A x: leave; Ctrl-A z: stop this job, which fg continues; Ctrl-A Ctrl-A: send Ctrl-A to"
          + " the guest; Ctrl-A h: this help; all other keys, Ctrl-C too, are the guest's";

  private static final byte CONTROL_A = 0x01;
  private static final byte CONTROL_C = 0x03;

  /** A person who presses Ctrl-C so often in a row wants to leave. */
  private static final int INSISTENCE = 3;

  private final InputStream keyboard;
  private final Runnable leave;
  private final Runnable stop;
  private final Runnable help;
  private boolean escaped;
  private int interrupts;

  public EscapeKeys(InputStream keyboard, Runnable leave, Runnable stop, Runnable help) {
    this.keyboard = keyboard;
    this.leave = leave;
    this.stop = stop;
    this.help = help;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  /** Waits until there is something for the guest; returns 0 bytes only if asked for none. */
  @Override
  public int read(byte[] keys, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      int count = keyboard.read(keys, offset, length);
      if (count < 0) {
        return -1;
      }
      int passed = 0;
      for (int i = 0; i < count; i++) {
        byte key = keys[offset + i];
        interrupts = key == CONTROL_C ? interrupts + 1 : 0;
        if (interrupts == INSISTENCE) {
          help.run();
        }
        if (!escaped && key == CONTROL_A) {
          escaped = true;
        } else if (!escaped || key == CONTROL_A) {
          keys[offset + passed++] = key;
          escaped = false;
        } else {
          escaped = false;
          act(key);
        }
      }
      if (passed > 0) {
        return passed;
      }
    }
  }

  private void act(byte key) {
    switch (key) {
      case 'x' -> leave.run();
      case 'z' -> stop.run();
      default -> help.run();
    }
  }
}
