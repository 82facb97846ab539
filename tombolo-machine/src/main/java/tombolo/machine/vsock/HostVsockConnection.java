// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import tombolo.machine.host.Waiters;

/**
 * A connection between the host and a guest; owned by whoever accepted or made it. Bytes go both
 * ways, in order, and none is lost: a guest that does not read makes the host wait, and the other
 * way round. {@link #read} and {@link #write} do not wait, the streams do.
 *
 * <p>Thread-safe. What the guest has sent and nobody has read yet, {@link #BUFFER} bytes at the
 * most, is kept here, guarded by the lock of the connection in the switch, {@code link}. Threads
 * wait for {@code news}, a count that needs no lock: it is raised with locks of the receiving guest
 * held, after which the connection's can't be taken. A thread reads the count before it looks at
 * the connection, and waits for another count, so it misses nothing.
 *
 * <p>A connection does not outlive a restore of the topology: the guest finds it reset, and so does
 * whoever holds this object.
 */
public final class HostVsockConnection implements AutoCloseable {
  /** The bytes that a guest may send before they are read. */
  public static final int BUFFER = 128 << 10;

  private final VsockSwitch network;
  private final VsockStation host;
  private final VsockConnection link;
  private final Waiters waiters;
  private final AtomicLong news = new AtomicLong();
  private volatile Runnable changed = () -> {};

  /** One object, so that a guest without room remembers it once, however often it is asked. */
  private final Runnable tell = this::tell;

  // Guarded by link.
  private final ByteRing received = new ByteRing();
  private int forwarded;
  private int forwardedTold;
  private int guestShut;
  private boolean outputShut;
  private boolean inputShut;
  private boolean closed;

  HostVsockConnection(
      VsockSwitch network, VsockStation host, VsockConnection link, Waiters waiters) {
    this.network = network;
    this.host = host;
    this.link = link;
    this.waiters = waiters;
  }

  /** Returns the guest's CID. */
  public long guestCid() {
    return link.peerOf(host).cid();
  }

  /** Returns the guest's port, 32 bits unsigned. */
  public int guestPort() {
    return link.portOf(link.peerOf(host));
  }

  /** Returns the host's port, 32 bits unsigned. */
  public int hostPort() {
    return link.portOf(host);
  }

  /**
   * Sets what is called whenever {@link #read}, {@link #write} or the state may have another answer
   * than before. By any thread, with locks held: it must not wait, nor call back.
   */
  void onChange(Runnable action) {
    changed = action;
  }

  /** Tells everybody that something may have changed. Any thread, with any lock held. */
  void tell() {
    news.incrementAndGet();
    waiters.tell();
    changed.run();
  }

  /** Accepts the connection that the guest asked for. */
  void accept() {
    synchronized (link) {
      if (!link.closed && !link.established) {
        link.established = true;
        send(VsockOp.RESPONSE, 0);
      }
    }
  }

  boolean isConnected() {
    synchronized (link) { // what has been told may be under way still
      return link.established && !link.closed;
    }
  }

  /** Returns whether the guest, or the end of its VM, has ended the connection. */
  boolean isEnded() {
    synchronized (link) {
      return link.closed;
    }
  }

  /** Waits for the guest's answer. */
  boolean awaitConnected(Duration deadline) throws IOException, InterruptedException {
    if (!waiters.await(this::isAnswered, deadline.toNanos())) {
      throw new SocketTimeoutException(
          "%s did not answer in %s".formatted(link.peerOf(host).name(), deadline));
    }
    synchronized (link) {
      if (!link.established) {
        throw new ConnectException(refusedBy());
      }
    }
    return true;
  }

  private boolean isAnswered() {
    synchronized (link) {
      return link.established || link.closed;
    }
  }

  private String refusedBy() {
    return "%s: nobody listens at vsock port %s"
        .formatted(link.peerOf(host).name(), Integer.toUnsignedString(guestPort()));
  }

  /** Takes a packet from the guest. The connection's lock is held. */
  int receive(VsockHeader header, byte[] data, int from, int length) {
    if (header.is(VsockOp.RW)) {
      if (closed || length > BUFFER - received.size()) {
        return VsockStation.REFUSED;
      }
      if (inputShut) {
        discard(length);
      } else {
        received.add(data, from, length);
      }
    } else if (header.is(VsockOp.SHUTDOWN)) {
      guestShut |= header.flags();
      if (guestShut(VsockHeader.NO_MORE_SENT | VsockHeader.NO_MORE_RECEIVED)) {
        end();
      }
    } else if (header.is(VsockOp.CREDIT_REQUEST)) {
      send(VsockOp.CREDIT_UPDATE, 0);
    } else if (header.is(VsockOp.RST)) {
      link.peerOf(host).forget(tell);
    }
    tell();
    return length;
  }

  private boolean guestShut(int flags) {
    return (guestShut & flags) == flags;
  }

  private void send(VsockOp op, int flags) {
    VsockStation guest = link.peerOf(host);
    forwardedTold = forwarded;
    VsockHeader header = link.header(guest, op, flags, BUFFER, forwarded);
    link.toward(host).update(header);
    guest.insist(header);
  }

  /** Ends the connection for both. The connection's lock is held. */
  private void end() {
    if (!link.closed) {
      network.close(link);
      send(VsockOp.RST, 0);
      link.peerOf(host).forget(tell);
    }
  }

  /**
   * Reads what has come, and does not wait.
   *
   * @return how many bytes, 0 if there is nothing now, -1 at the end of what the guest sends
   * @throws SocketException if the guest, or its VM, ended without having sent an end
   * @throws ClosedChannelException if it is closed on this side
   */
  public int read(ByteBuffer into) throws IOException {
    synchronized (link) {
      requireOpen();
      int count = received.moveTo(into);
      forwarded += count;
      if (!link.closed && forwarded - forwardedTold >= BUFFER / 2) {
        send(VsockOp.CREDIT_UPDATE, 0);
      }
      if (count > 0 || !into.hasRemaining()) {
        return count;
      }
      if (guestShut(VsockHeader.NO_MORE_SENT)) {
        return -1;
      }
      if (link.closed) {
        throw new SocketException("reset by " + link.peerOf(host).name());
      }
      return 0;
    }
  }

  /**
   * Writes what the guest has room for, and does not wait.
   *
   * @return how many bytes; 0 if there is no room now
   * @throws SocketException if the guest takes no more
   * @throws ClosedChannelException if it is closed on this side, or {@link #shutdownOutput} was
   *     called
   */
  public int write(ByteBuffer from) throws IOException {
    synchronized (link) {
      requireOpen();
      if (outputShut) {
        throw new ClosedChannelException();
      }
      requireReader();
      VsockStation guest = link.peerOf(host);
      long most = Math.min(VsockHeader.MAX_PAYLOAD, link.toward(guest).available());
      int length = (int) Math.min(from.remaining(), most);
      if (length == 0 || !link.established) {
        return 0;
      }
      byte[] data = new byte[length];
      from.get(from.position(), data);
      forwardedTold = forwarded;
      VsockHeader header = link.header(guest, VsockOp.RW, length, 0, BUFFER, forwarded);
      int taken = network.pass(link, host, VsockOp.RW, header, data, 0, 0, tell);
      requireReader();
      int count = Math.max(0, taken);
      from.position(from.position() + count);
      return count;
    }
  }

  private void requireOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private void requireReader() throws SocketException {
    if (link.closed || guestShut(VsockHeader.NO_MORE_RECEIVED)) {
      throw new SocketException(link.peerOf(host).name() + " takes no more");
    }
  }

  /** Tells the guest that nothing more comes; it can go on sending. */
  public void shutdownOutput() {
    synchronized (link) {
      if (!outputShut && link.established && !link.closed) {
        send(VsockOp.SHUTDOWN, VsockHeader.NO_MORE_SENT);
      }
      outputShut = true;
    }
  }

  /**
   * Tells the guest that what it sends is not wanted. What has come and what still comes is thrown
   * away; this side can go on writing.
   */
  void shutdownInput() {
    synchronized (link) {
      if (!inputShut && link.established && !link.closed) {
        send(VsockOp.SHUTDOWN, VsockHeader.NO_MORE_RECEIVED);
      }
      inputShut = true;
      int unread = received.size();
      received.clear();
      discard(unread);
    }
  }

  /** Counts bytes that nobody will read, so that a guest that sends on does not wait for ever. */
  private void discard(int bytes) {
    forwarded += bytes;
    if (!link.closed && forwarded - forwardedTold >= BUFFER / 2) {
      send(VsockOp.CREDIT_UPDATE, 0);
    }
  }

  /** Ends the connection by a reset: the guest has sent something that nobody has got. */
  void reset() {
    synchronized (link) {
      closed = true;
      end();
      received.clear();
    }
    tell();
  }

  /**
   * Ends the connection; what was written before still reaches the guest. What the guest has sent
   * and nobody has read is lost, and the guest is told so by a reset.
   */
  @Override
  public void close() {
    synchronized (link) {
      if (closed) {
        return;
      }
      closed = true;
      if (!link.closed) {
        if (link.established && received.size() == 0) {
          // The guest answers with an RST, which ends it.
          send(VsockOp.SHUTDOWN, VsockHeader.NO_MORE_SENT | VsockHeader.NO_MORE_RECEIVED);
          link.peerOf(host).forget(tell);
        } else {
          end();
        }
      }
      received.clear();
    }
    tell();
  }

  /** Returns what the guest sends; a read waits for bytes. Closing it closes the connection. */
  public InputStream inputStream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        ByteBuffer room = ByteBuffer.wrap(into, from, length);
        while (true) {
          long seen = news.get();
          int count = HostVsockConnection.this.read(room);
          if (count != 0 || length == 0) {
            return count;
          }
          awaitNews(seen);
        }
      }

      @Override
      public void close() {
        HostVsockConnection.this.close();
      }
    };
  }

  /** Returns what goes to the guest; a write waits for room. Closing it closes the connection. */
  public OutputStream outputStream() {
    return new OutputStream() {
      @Override
      public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
      }

      @Override
      public void write(byte[] octets, int from, int length) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(octets, from, length);
        while (left.hasRemaining()) {
          long seen = news.get();
          if (HostVsockConnection.this.write(left) == 0) {
            awaitNews(seen);
          }
        }
      }

      @Override
      public void close() {
        HostVsockConnection.this.close();
      }
    };
  }

  private void awaitNews(long seen) throws InterruptedIOException {
    if (!waiters.awaitUnlessInterrupted(() -> news.get() != seen, Long.MAX_VALUE)) {
      throw new InterruptedIOException("interrupted");
    }
  }
}
