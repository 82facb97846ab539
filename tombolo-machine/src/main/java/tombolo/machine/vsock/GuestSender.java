// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.Scheduler;

/**
 * What a guest sends: takes packets from its driver's ring and passes them on, on a thread of its
 * own, so that no vCPU ever waits for another VM. A packet that finds no room stays in the ring,
 * and those behind it, until there is room.
 *
 * <p>The thread is started by the first packet and ends when the sender is closed. It holds {@link
 * #lock} for a batch of packets at a time, and parks without it. Who has news for it calls {@link
 * #kick}: the flag is set before the thread is unparked, and cleared before it looks, so no news is
 * lost.
 */
final class GuestSender {
  /** How long a receiver may take nothing before those who send to it stop waiting. */
  static final long PATIENCE_NANOS = 5_000_000_000L;

  /** Packets before the driver can take its ring back. */
  private static final int BATCH = 64;

  private final VsockSwitch network;
  private final GuestStation station;
  private final Clock clock;
  private final Scheduler scheduler;
  private final Runnable kick = this::kick;

  /** Fair, for a reset must not wait as long as a guest has something to send. */
  private final ReentrantLock lock = new ReentrantLock(true);

  private final byte[] packet = new byte[VsockHeader.SIZE + VsockHeader.MAX_PAYLOAD];

  // Guarded by lock.
  private final TxPackets packets;
  private @Nullable VsockHeader header;
  private int done;

  /** When the switch last took something. */
  private long waitingSince;

  // Guarded by this.
  private @Nullable Thread thread;
  private boolean kicked;
  private boolean closed;

  /** What the thread has found. */
  private enum Found {
    MORE,
    NOTHING,
    NO_ROOM
  }

  GuestSender(
      VsockSwitch network,
      GuestStation station,
      TxPackets packets,
      Clock clock,
      Scheduler scheduler) {
    this.network = network;
    this.station = station;
    this.packets = packets;
    this.clock = clock;
    this.scheduler = scheduler;
  }

  /** The driver is gone, with its packets, or begins anew. */
  void reset() {
    lock.lock();
    try {
      packets.forget();
      header = null;
    } finally {
      lock.unlock();
    }
  }

  /** There may be packets, or room. Any thread, with any lock held. */
  void kick() {
    synchronized (this) {
      kicked = true;
      if (closed) {
        return;
      }
      if (thread == null) {
        thread = scheduler.startThread(station.name() + "/vsock", this::run);
      } else {
        scheduler.unpark(thread);
      }
    }
  }

  /** Ends the thread, and waits for that. */
  void close() {
    @Nullable Thread ending;
    synchronized (this) {
      closed = true;
      ending = thread;
    }
    if (ending != null) {
      scheduler.unpark(ending);
      try {
        ending.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // it ends by itself, and its queue is dead
      }
    }
  }

  private void run() {
    Found found = Found.MORE;
    while (!isClosed()) {
      if (takeKick() || found == Found.MORE) {
        found = sendSome();
        if (found == Found.NOTHING && !packets.isLive()) {
          network.resetAll(station); // the driver is gone, or has broken a rule
        }
      } else {
        scheduler.park(found == Found.NOTHING ? Long.MAX_VALUE : patience());
      }
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized boolean takeKick() {
    boolean was = kicked;
    kicked = false;
    return was;
  }

  /**
   * How long to wait for the receiver of the packet that finds no room. A receiver that has tried
   * everybody's patience is cut off.
   */
  private long patience() {
    @Nullable VsockStation receiver;
    long left;
    lock.lock();
    try {
      receiver = header == null ? null : network.station(header.destinationCid());
      left = waitingSince + PATIENCE_NANOS - clock.nanos();
    } finally {
      lock.unlock();
    }
    if (!(receiver instanceof GuestStation guest)) {
      return Long.MAX_VALUE; // for buffers of its own guest
    }
    if (left <= 0) {
      left = guest.cutOffAfter(PATIENCE_NANOS);
      if (left == 0) {
        network.resetAll(guest);
      }
    }
    return left;
  }

  private Found sendSome() {
    lock.lock();
    try {
      Found found = Found.MORE;
      for (int i = 0; i < BATCH && found == Found.MORE; i++) {
        found = sendOne();
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  private Found sendOne() {
    if (header == null) {
      if (station.isBehind(kick)) {
        return Found.NO_ROOM;
      }
      int length = packets.next(packet);
      if (length == TxPackets.NONE) {
        return Found.NOTHING;
      }
      header = checked(length);
      done = 0;
      waitingSince = clock.nanos();
    }
    if (header != null) {
      int now = network.forward(station, header, packet, VsockHeader.SIZE, done, kick);
      if (now == VsockStation.NO_ROOM) {
        return Found.NO_ROOM;
      }
      done = now;
      waitingSince = clock.nanos();
      if (done < header.length()) {
        return Found.MORE;
      }
    }
    header = null;
    packets.done();
    return Found.MORE;
  }

  /** The header of the packet that was copied, or null where it is none. */
  private @Nullable VsockHeader checked(int length) {
    if (length >= VsockHeader.SIZE) {
      VsockHeader read = VsockHeader.read(packet);
      if (read.length() >= 0
          && read.length() <= VsockHeader.MAX_PAYLOAD
          && read.length() <= length - VsockHeader.SIZE) {
        return read;
      }
      if (read.sourceCid() == station.cid() && !read.is(VsockOp.RST)) {
        station.insist(read.refusal());
      }
    }
    network.dropped();
    return null;
  }
}
