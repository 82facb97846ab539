// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/** The bytes that a program has typed for a guest, and who is told of them. Thread-safe. */
public final class Keyboard {
  // Both guarded by this.
  private final ArrayDeque<Byte> typed = new ArrayDeque<>();
  private Runnable listener = () -> {};

  /** Makes a keyboard on which nothing was typed. */
  public Keyboard() {}

  /** Types text for the guest, in UTF-8. */
  public void type(String text) {
    type(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Types bytes for the guest. */
  public void type(byte[] octets) {
    Runnable toCall;
    synchronized (this) {
      for (byte octet : octets) {
        typed.add(octet);
      }
      toCall = listener;
    }
    // Outside the lock: the UART takes its own lock first and then reads from here.
    toCall.run();
  }

  /** Takes the next byte, 0 to 255; -1 if there is none. */
  public synchronized int read() {
    Byte octet = typed.poll();
    return octet == null ? -1 : octet & 0xff;
  }

  /** Sets who is called after bytes were typed. */
  public synchronized void onInput(Runnable newListener) {
    listener = newListener;
  }
}
