// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * For orientation: 64 bytes to another thread of this process and back, by what processes of one
 * machine use otherwise.
 */
record HostPingPong(int rounds) implements IvcMeasurement {
  private static final int BYTES = 64;

  @Override
  public String name() {
    return "socket and pipe";
  }

  @Override
  public void measure(IvcResults results) throws InterruptedException, IOException {
    Path directory = Files.createTempDirectory("tombolo-bench");
    Path path = directory.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
      server.bind(address);
      try (SocketChannel near = SocketChannel.open(address);
          SocketChannel far = server.accept()) {
        add(results, "unix-socket", play(near, near, far, far));
      }
    } finally {
      Files.deleteIfExists(path);
      Files.delete(directory);
    }
    Pipe there = Pipe.open();
    Pipe back = Pipe.open();
    try (Pipe.SinkChannel out = there.sink();
        Pipe.SourceChannel farIn = there.source();
        Pipe.SinkChannel farOut = back.sink();
        Pipe.SourceChannel in = back.source()) {
      add(results, "pipe", play(out, in, farOut, farIn));
    }
  }

  private static void add(IvcResults results, String name, double[] micros) {
    double[] warm = Arrays.copyOfRange(micros, micros.length / 3, micros.length);
    Arrays.sort(warm);
    results.addPercentiles("host." + name + ".round-trip", warm, "us");
  }

  private double[] play(
      WritableByteChannel out,
      ReadableByteChannel in,
      WritableByteChannel farOut,
      ReadableByteChannel farIn)
      throws InterruptedException, IOException {
    Thread peer = Thread.ofPlatform().daemon(true).start(() -> answer(farOut, farIn));
    double[] micros = new double[rounds];
    ByteBuffer message = ByteBuffer.allocateDirect(BYTES);
    for (int i = 0; i < rounds; i++) {
      long start = System.nanoTime();
      write(out, message);
      read(in, message);
      micros[i] = (System.nanoTime() - start) / 1e3;
    }
    peer.join();
    return micros;
  }

  private void answer(WritableByteChannel out, ReadableByteChannel in) {
    ByteBuffer message = ByteBuffer.allocateDirect(BYTES);
    try {
      for (int i = 0; i < rounds; i++) {
        read(in, message);
        write(out, message);
      }
    } catch (IOException e) {
      // The other side finds its channel closed, too, and says so.
    }
  }

  private static void write(WritableByteChannel out, ByteBuffer message) throws IOException {
    message.clear();
    while (message.hasRemaining()) {
      out.write(message);
    }
  }

  private static void read(ReadableByteChannel in, ByteBuffer message) throws IOException {
    message.clear();
    while (message.hasRemaining()) {
      if (in.read(message) < 0) {
        throw new IOException("the other side has gone");
      }
    }
  }
}
