// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;

/**
 * A cable from one guest to a program of the host, over a stream socket: each frame behind its
 * length, four bytes in network order, as QEMU's {@code -netdev stream} has it. Checksums are
 * completed before a frame leaves. The packets can be so large that segmentation is not offered.
 *
 * <p>Where the program takes nothing the guest waits, and the other way round. When the socket
 * ends, or the program breaks the protocol, the guest finds its cable unplugged.
 *
 * <p>Faces the host: a step of the worker blocks in the selector. On a host of one thread it only
 * looks, and comes back later. The guest's sender writes to the socket itself, without blocking,
 * and leaves to the worker what the socket does not take; {@link #out} is the lock of both. It has
 * no state that outlives the process.
 */
public final class StreamWire extends Wire {
  /** The largest MTU that fits, with its Ethernet header, into 64 KiB; passt's, too. */
  static final int MTU = 65_520;

  /** The bytes of a frame's length. */
  private static final int PREFIX = Integer.BYTES;

  /** Frames from the program, before others have their turn. */
  private static final int BATCH = 64;

  /** The time for which a worker that must not block leaves the socket alone. */
  private static final long LOOK_NANOS = 1_000_000;

  private final SocketChannel socket;
  private final Selector selector;
  private final SelectionKey key;
  private final HostServices services;
  private final Task task;
  private final Consumer<String> ended;
  private final Runnable wake = this::wake;
  private volatile @Nullable GuestPort port;

  /** The rest of a frame that the socket did not take, ready for reading; the lock. */
  private final ByteBuffer out = ByteBuffer.allocate(PREFIX + Frame.MOST).flip();

  /** Who waits for the rest to leave. Guarded by {@link #out}. */
  private @Nullable Runnable sender;

  // Used by the worker alone.
  private final ByteBuffer in = ByteBuffer.allocateDirect(4 * (PREFIX + Frame.MOST)).flip();
  private final Frame frame = new Frame();

  private volatile boolean closed;

  /** Why it has ended by itself; null before. Written with {@link #out} held. */
  private volatile @Nullable String failure;

  /**
   * Makes a cable, and starts its worker.
   *
   * @param socket connected; closed with the cable
   * @param name for the log and the worker's name
   * @param ended is told why the cable came to its end by itself, once; any thread
   * @param services run the worker
   */
  public StreamWire(
      SocketChannel socket, String name, Consumer<String> ended, HostServices services)
      throws IOException {
    this.socket = socket;
    this.ended = ended;
    this.services = services;
    socket.configureBlocking(false);
    this.selector = Selector.open();
    this.key = socket.register(selector, SelectionKey.OP_READ);
    this.task = services.scheduler().task(name, Scheduler.Idle.PARK, this::step);
    task.start();
  }

  @Override
  long offloads() {
    return NetworkFeature.CSUM | NetworkFeature.GUEST_CSUM;
  }

  @Override
  int mtu() {
    return MTU;
  }

  @Override
  boolean waitsInLine() {
    return true;
  }

  @Override
  void attach(GuestPort guest) {
    if (port != null) {
      throw new IllegalArgumentException(guest.name() + ": the cable has a guest already");
    }
    port = guest;
    wake();
  }

  @Override
  void detach(GuestPort guest) {
    port = null;
  }

  @Override
  Object towards(Frame toSend) {
    return this;
  }

  @Override
  Passed send(GuestPort from, Frame toSend, Segments segments, Runnable whenRoom) {
    toSend.completeChecksum();
    // The header has been read: the length takes its last bytes.
    int begin = Frame.HEADER - PREFIX;
    ByteBuffer bytes = ByteBuffer.wrap(toSend.bytes, begin, PREFIX + toSend.length());
    bytes.putInt(begin, toSend.length());
    synchronized (out) {
      if (failure != null || closed) {
        from.statistics().nowhere.increment();
        return Passed.DONE;
      }
      if (out.hasRemaining()) {
        sender = whenRoom;
        return Passed.NO_ROOM;
      }
      try {
        socket.write(bytes);
      } catch (IOException e) {
        failure = String.valueOf(e.getMessage());
        wake();
        return Passed.DONE;
      }
      if (bytes.hasRemaining()) {
        out.clear().put(bytes).flip();
        wake();
      }
    }
    from.statistics().sent.increment();
    return Passed.DONE;
  }

  private void wake() {
    task.wake();
    selector.wakeup();
  }

  private long step() {
    boolean mayBlock = services.scheduler().stepsMayBlock();
    try {
      if (closed || failure != null) {
        return end();
      }
      boolean takes = receive();
      boolean sends = flush();
      key.interestOps((takes ? SelectionKey.OP_READ : 0) | (sends ? SelectionKey.OP_WRITE : 0));
      if (mayBlock) {
        selector.select(ready -> {});
      } else {
        selector.selectNow(ready -> {});
      }
    } catch (IOException | ClosedSelectorException e) {
      fail(String.valueOf(e.getMessage()));
      return end();
    } catch (RuntimeException | Error e) {
      fail(e.toString()); // nobody else would hear of it
      return end();
    }
    return mayBlock ? Worker.AGAIN : services.clock().nanos() + LOOK_NANOS;
  }

  /** Writes what is left of a frame. Returns whether there is still a rest. */
  private boolean flush() throws IOException {
    synchronized (out) {
      if (out.hasRemaining()) {
        socket.write(out);
      }
      if (!out.hasRemaining() && sender != null) {
        sender.run();
        sender = null;
      }
      return out.hasRemaining();
    }
  }

  /** Gives frames to the guest. Returns whether it wants more from the socket. */
  private boolean receive() throws IOException {
    @Nullable GuestPort guest = port;
    if (guest == null) {
      return false;
    }
    for (int i = 0; i < BATCH; i++) {
      if (!hasFrame() && !fill()) {
        return true;
      }
      if (hasFrame() && !give(guest)) {
        return false;
      }
    }
    wake(); // others first
    return true;
  }

  private boolean hasFrame() throws IOException {
    if (in.remaining() < PREFIX) {
      return false;
    }
    int length = in.getInt(in.position());
    if (length < Frame.LEAST || length > Frame.MOST) {
      throw new IOException("a frame of %d bytes".formatted(Integer.toUnsignedLong(length)));
    }
    return in.remaining() >= PREFIX + length;
  }

  /** Reads from the socket; returns whether anything came. */
  private boolean fill() throws IOException {
    in.compact();
    try {
      int count = socket.read(in);
      if (count < 0) {
        throw new IOException("the program has closed it");
      }
      return count > 0;
    } finally {
      in.flip();
    }
  }

  /** Gives the next frame to the guest. Returns whether it was taken, or never will be. */
  private boolean give(GuestPort guest) {
    int length = in.getInt(in.position());
    in.get(in.position() + PREFIX, frame.bytes, Frame.HEADER, length);
    frame.length(length);
    frame.markVerified(); // the program has received, and checked, what is in it
    GuestPort.Taken taken = guest.deliver(frame, wake);
    if (taken == GuestPort.Taken.NO_ROOM) {
      return false;
    }
    if (taken == GuestPort.Taken.NEVER) {
      guest.statistics().noRoom.increment();
    }
    in.position(in.position() + PREFIX + length);
    return true;
  }

  private void fail(String why) {
    synchronized (out) {
      if (failure == null) {
        failure = why;
      }
    }
  }

  /** Ends the cable: nobody waits for it any more, and the guest finds it unplugged. */
  private long end() {
    synchronized (out) {
      out.clear().flip();
      if (sender != null) {
        sender.run();
        sender = null;
      }
    }
    @Nullable String why = failure;
    if (!closed && why != null) {
      @Nullable GuestPort guest = port;
      if (guest != null) {
        guest.linkIsDown();
      }
      ended.accept(why);
    }
    closeSocket();
    return Worker.DONE;
  }

  /** Closes the socket, and ends the worker. */
  @Override
  public void close() {
    closed = true;
    wake();
    task.awaitEnd();
    closeSocket();
    try {
      selector.close();
    } catch (IOException e) {
      // Nothing is left to be done for it.
    }
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left to be done for it.
    }
  }
}
