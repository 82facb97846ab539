// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The frames of GDB's remote protocol: {@code $payload#checksum}, acknowledged by {@code +} or
 * {@code -} until both sides agree to do without. A payload is text whose characters are bytes.
 *
 * <p>One thread receives, another one sends.
 */
final class Packets {
  /** The longest payload that is taken, in bytes. */
  static final int MOST = 1 << 16;

  /** Stands for the byte by which GDB asks for a stop; no payload is that. */
  static final String INTERRUPT = "\u0003";

  /** Returned at the end of the connection; no payload is that. */
  static final String END = "\u0004";

  private static final int ESCAPE = '}';
  private static final int ESCAPED = 0x20;

  private final InputStream in;
  private final OutputStream out;

  // Guarded by this.
  private String last = "";
  private boolean acknowledges = true;

  Packets(InputStream in, OutputStream out) {
    this.in = new BufferedInputStream(in);
    this.out = out;
  }

  /**
   * Waits for a packet. What is no packet is skipped, as the protocol says.
   *
   * @return its payload, {@link #INTERRUPT} or {@link #END}
   * @throws IOException if the connection fails
   */
  String receive() throws IOException {
    while (true) {
      int next = in.read();
      switch (next) {
        case -1 -> {
          return END;
        }
        case 3 -> {
          return INTERRUPT;
        }
        case '-' -> repeat();
        case '$' -> {
          String payload = payload();
          if (payload != null) {
            return payload;
          }
        }
        default -> {} // an acknowledgement, or noise
      }
    }
  }

  private @Nullable String payload() throws IOException {
    StringBuilder text = new StringBuilder();
    int sum = 0;
    int next = in.read();
    while (next >= 0 && next != '#') {
      if (next == '$') { // the last one was cut off
        text.setLength(0);
        sum = 0;
        next = in.read();
        continue;
      }
      sum += next;
      if (next == ESCAPE) {
        next = in.read();
        if (next < 0) {
          return null;
        }
        sum += next;
        next ^= ESCAPED;
      }
      if (text.length() <= MOST) {
        text.append((char) next);
      }
      next = in.read();
    }
    int wanted = Character.digit(in.read(), 16) << 4 | Character.digit(in.read(), 16);
    boolean good = wanted == (sum & 0xff) && text.length() <= MOST;
    acknowledge(good);
    return good ? text.toString() : null;
  }

  private synchronized void acknowledge(boolean good) throws IOException {
    if (acknowledges) {
      out.write(good ? '+' : '-');
      out.flush();
    }
  }

  /** Neither side acknowledges packets from now on. */
  synchronized void acknowledgeNoMore() {
    acknowledges = false;
  }

  private synchronized void repeat() throws IOException {
    if (acknowledges && !last.isEmpty()) {
      write(last);
    }
  }

  /**
   * Sends a packet.
   *
   * @param payload characters from 0 to 255
   */
  synchronized void send(String payload) throws IOException {
    last = payload;
    write(payload);
  }

  private void write(String payload) throws IOException {
    StringBuilder frame = new StringBuilder(payload.length() + 4).append('$');
    int sum = 0;
    for (int i = 0; i < payload.length(); i++) {
      char next = payload.charAt(i);
      if (next == '$' || next == '#' || next == ESCAPE || next == '*') {
        frame.append((char) ESCAPE);
        sum += ESCAPE;
        next = (char) (next ^ ESCAPED);
      }
      frame.append(next);
      sum += next;
    }
    frame.append('#').append("%02x".formatted(sum & 0xff));
    out.write(frame.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }
}
