// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.io.Closeable;
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
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Sends 64 bytes to another thread of this process and back, by what processes of one machine use
 * otherwise. Between two slices the other thread waits for bytes.
 */
final class StreamPingPong implements SliceContender {
  private static final int BYTES = 64;

  private final String name;
  private final WritableByteChannel out;
  private final ReadableByteChannel in;
  private final List<Closeable> channels;
  private final ByteBuffer message = ByteBuffer.allocateDirect(BYTES);

  private StreamPingPong(
      String name,
      WritableByteChannel out,
      ReadableByteChannel in,
      WritableByteChannel farOut,
      ReadableByteChannel farIn) {
    this.name = name;
    this.out = out;
    this.in = in;
    this.channels = List.of(out, in, farOut, farIn);
    Thread.ofPlatform().daemon(true).name(name).start(() -> answer(farOut, farIn));
  }

  /** Joins two threads by a Unix-domain socket. */
  static StreamPingPong unixSocket() throws IOException {
    Path directory = Files.createTempDirectory("tombolo-bench");
    Path path = directory.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
      server.bind(address);
      SocketChannel near = SocketChannel.open(address);
      SocketChannel far = server.accept();
      return new StreamPingPong("unix-socket", near, near, far, far);
    } finally {
      Files.deleteIfExists(path);
      Files.delete(directory);
    }
  }

  /** Joins two threads by a pipe in each direction. */
  static StreamPingPong pipe() throws IOException {
    Pipe there = Pipe.open();
    Pipe back = Pipe.open();
    return new StreamPingPong("pipe", there.sink(), back.source(), back.sink(), there.source());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public EventTimes run(long nanos) throws IOException {
    play(LEAD_IN_NANOS);
    return play(nanos);
  }

  private EventTimes play(long nanos) throws IOException {
    DoubleStream.Builder micros = DoubleStream.builder();
    long begin = System.nanoTime();
    long now = begin;
    while (now - begin < nanos) {
      long start = now;
      write(out, message);
      read(in, message);
      now = System.nanoTime();
      micros.add((now - start) / 1e3);
    }
    return EventTimes.of(micros.build().toArray(), now - begin);
  }

  private static void answer(WritableByteChannel out, ReadableByteChannel in) {
    ByteBuffer message = ByteBuffer.allocateDirect(BYTES);
    try {
      while (true) {
        read(in, message);
        write(out, message);
      }
    } catch (IOException e) {
      // The game is over; or the other side finds its channel closed, too, and says so.
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

  @Override
  public void close() throws IOException {
    for (Closeable channel : channels) {
      channel.close();
    }
  }
}
