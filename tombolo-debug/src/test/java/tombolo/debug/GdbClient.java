// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A debugger of a few lines: sends packets, and reads what comes back. */
final class GdbClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  GdbClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true); // as GDB does
    in = new java.io.BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** Sends bytes as they are. */
  void sendRaw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void send(String payload) throws IOException {
    int sum = payload.chars().sum() & 0xff;
    sendRaw("$%s#%02x".formatted(payload, sum).getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns the payload of the next packet, and acknowledges it. */
  String receive() throws IOException {
    int next = in.read();
    while (next != '$') {
      if (next < 0) {
        throw new IOException("the connection has ended");
      }
      next = in.read();
    }
    StringBuilder payload = new StringBuilder();
    for (next = in.read(); next != '#'; next = in.read()) {
      payload.append((char) (next == '}' ? in.read() ^ 0x20 : next));
    }
    in.readNBytes(2);
    sendRaw(new byte[] {'+'});
    return payload.toString();
  }

  String ask(String payload) throws IOException {
    send(payload);
    return receive();
  }

  /** Says that nothing follows, and waits until the server has dealt with all that came. */
  void finish() throws IOException {
    socket.shutdownOutput();
    in.readAllBytes();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
