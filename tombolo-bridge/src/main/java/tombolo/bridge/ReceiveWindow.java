// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/**
 * How much a sender may have under way to this host: Aeron's receiver window. A stream carries no
 * more than one window in a round trip. The socket's buffer must hold a window, because all of it
 * may arrive while the worker does something else.
 */
final class ReceiveWindow {
  /** Bytes that are enough: half a term, which is all that a sender of ours has under way. */
  static final int ENOUGH = Uris.TERM_LENGTH / 2;

  /** Bytes that Aeron takes by itself; less would be slow even here. */
  static final int LEAST = 128 << 10;

  private ReceiveWindow() {}

  /** Returns the window, in bytes, that a socket of this machine can hold. */
  static int ofThisMachine() {
    try (DatagramChannel socket = DatagramChannel.open()) {
      socket.setOption(StandardSocketOptions.SO_RCVBUF, ENOUGH);
      // Linux cuts it to rmem_max. It also doubles it for its own use, which Java undoes.
      int given = socket.getOption(StandardSocketOptions.SO_RCVBUF);
      return Math.clamp(given, LEAST, ENOUGH);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
