// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A network that loses, delays, reorders and repeats datagrams, and can be cut. Stands between
 * hosts of the loopback address: whoever sends to a port of it reaches a port behind it, as through
 * a router that translates addresses. One thread does all of it.
 */
final class TroubledNetwork {
  private static final int LONGEST = 1 << 16;

  /** A datagram under way. */
  private record Datagram(
      long due, long number, ByteBuffer bytes, DatagramChannel out, SocketAddress to)
      implements Comparable<Datagram> {
    @Override
    public int compareTo(Datagram other) {
      int order = Long.compare(due, other.due);
      return order == 0 ? Long.compare(number, other.number) : order;
    }
  }

  /** A port of the network: who sends there reaches {@code behind}. */
  private record Door(DatagramChannel channel, InetSocketAddress behind) {}

  /** The way back to one sender. */
  private record Back(DatagramChannel channel, DatagramChannel door, SocketAddress sender) {}

  private final Selector selector = Selector.open();
  private final Map<SocketAddress, Back> ways = new LinkedHashMap<>();
  private final PriorityQueue<Datagram> underWay = new PriorityQueue<>();
  private final Random random = new Random(3);
  private final double loss;
  private final double repeats;
  private final long delayNanos;
  private final Thread thread = new Thread(this::run, "troubled network");
  private volatile boolean cut;
  private volatile boolean closed;
  private long number;

  /**
   * @param loss share of datagrams that are lost
   * @param repeats share that come twice
   * @param delayMillis of a datagram, give or take a fifth, so that datagrams overtake each other
   */
  TroubledNetwork(double loss, double repeats, long delayMillis) throws IOException {
    this.loss = loss;
    this.repeats = repeats;
    this.delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
  }

  /** Returns a port of the network that leads to a port behind it. Before {@link #start}. */
  int doorTo(int port) throws IOException {
    DatagramChannel channel = open();
    Door door = new Door(channel, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.register(selector, SelectionKey.OP_READ, door);
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  private static DatagramChannel open() throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.configureBlocking(false);
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return channel;
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Lets nothing through, or everything again. */
  void cut(boolean now) {
    cut = now;
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST);
    try {
      while (!closed) {
        selector.select(key -> receive(key, buffer), 1);
        while (!underWay.isEmpty() && underWay.peek().due - System.nanoTime() <= 0) {
          Datagram datagram = underWay.remove();
          datagram.out.send(datagram.bytes.duplicate(), datagram.to);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void receive(SelectionKey key, ByteBuffer buffer) {
    try {
      DatagramChannel channel = (DatagramChannel) key.channel();
      buffer.clear();
      for (SocketAddress from = channel.receive(buffer);
          from != null;
          from = channel.receive(buffer)) {
        buffer.flip();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        if (key.attachment() instanceof Door door) {
          carry(bytes, way(door, from).channel, door.behind);
        } else if (key.attachment() instanceof Back back) {
          carry(bytes, back.door, back.sender);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // A port behind the network is closed: its host is down.
    }
  }

  private Back way(Door door, SocketAddress sender) throws IOException {
    Back way = ways.get(sender);
    if (way == null) {
      DatagramChannel channel = open();
      way = new Back(channel, door.channel, sender);
      channel.register(selector, SelectionKey.OP_READ, way);
      ways.put(sender, way);
    }
    return way;
  }

  private void carry(byte[] bytes, DatagramChannel out, SocketAddress to) {
    if (cut || random.nextDouble() < loss) {
      return;
    }
    for (int copies = random.nextDouble() < repeats ? 2 : 1; copies > 0; copies--) {
      long delay = delayNanos * (80 + random.nextInt(41)) / 100;
      underWay.add(
          new Datagram(System.nanoTime() + delay, number++, ByteBuffer.wrap(bytes), out, to));
    }
  }

  /** Ends, and gives the ports back. */
  void close() throws InterruptedException, IOException {
    closed = true;
    selector.wakeup();
    thread.join();
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
