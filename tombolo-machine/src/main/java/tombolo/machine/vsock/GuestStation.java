// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import tombolo.machine.host.Clock;

/**
 * What comes to a guest: packets go into the buffers that its driver has given. Packets without
 * payload may wait here, {@link #BACKLOG} of them and one RST for each connection; one with payload
 * goes straight from its sender into a buffer, or has to wait with its sender. What waits goes
 * first, so nothing is overtaken.
 *
 * <p>Thread-safe by its own lock, which is the last one that a packet's way takes before those of
 * the queue. Whoever found no room is in {@link #waiting}; room is made, and those are told, under
 * the same lock, so nobody waits for what is there.
 */
final class GuestStation implements VsockStation {
  /** Packets without payload that may wait for buffers. */
  static final int BACKLOG = 256;

  private static final byte[] NOTHING = {};

  private final long cid;
  private final String name;
  private final Clock clock;
  private final Object lock = new Object();

  // All guarded by lock.
  private final RxBuffers buffers;
  private final ArrayDeque<VsockHeader> backlog = new ArrayDeque<>();
  private final Set<Runnable> waiting = new LinkedHashSet<>();
  private boolean cutOff;
  private long lastTaken;

  /**
   * @param name of its VM
   */
  GuestStation(long cid, String name, Clock clock, RxBuffers buffers) {
    this.cid = cid;
    this.name = name;
    this.clock = clock;
    this.buffers = buffers;
  }

  @Override
  public long cid() {
    return cid;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean takesType(int type) {
    return type == VsockHeader.STREAM || buffers.knowsSeqpacket();
  }

  /** The driver is gone, with its buffers, or begins anew. */
  void reset() {
    synchronized (lock) {
      buffers.forget();
      backlog.clear();
      cutOff = false;
      tellWaiting();
    }
  }

  /**
   * The driver has given more buffers.
   *
   * @return whether the station was cut off, and no longer is
   */
  boolean refilled() {
    synchronized (lock) {
      deliverBacklog();
      if (buffers.next() == 0) {
        return false;
      }
      boolean back = cutOff;
      cutOff = false;
      tellWaiting();
      return back;
    }
  }

  /** Whether so much waits that its own packets, which have answers, had better wait as well. */
  boolean isBehind(Runnable whenRoom) {
    synchronized (lock) {
      deliverBacklog();
      if (backlog.size() < BACKLOG || !buffers.isLive()) {
        return false;
      }
      waiting.add(whenRoom);
      return true;
    }
  }

  /**
   * Cuts off a guest that has taken nothing for so long that its senders are done waiting: it is
   * refused everything until it gives buffers again.
   *
   * @param nanos how long that is
   * @return how much of that is still to come, all of it where there is room again; or 0: it is cut
   *     off
   */
  long cutOffAfter(long nanos) {
    synchronized (lock) {
      long left = lastTaken + nanos - clock.nanos();
      if (left > 0) {
        return left;
      }
      if (buffers.next() > 0) {
        tellWaiting();
        return nanos;
      }
      cutOff = true;
      backlog.clear();
      tellWaiting();
      return 0;
    }
  }

  @Override
  public int deliver(
      VsockConnection connection,
      VsockHeader header,
      byte[] data,
      int from,
      int length,
      Runnable whenRoom) {
    synchronized (lock) {
      if (cutOff || !buffers.isLive()) {
        return REFUSED;
      }
      deliverBacklog();
      int taken = length == 0 ? take(header.part(0, true)) : take(header, data, from, length);
      if (taken == NO_ROOM) {
        waiting.add(whenRoom);
      }
      return taken;
    }
  }

  @Override
  public void forget(Runnable whenRoom) {
    synchronized (lock) {
      waiting.remove(whenRoom);
    }
  }

  /** How many wait for room. */
  int waiting() {
    synchronized (lock) {
      return waiting.size();
    }
  }

  private int take(VsockHeader header) {
    if (backlog.isEmpty() && buffers.next() > 0) {
      put(header, NOTHING, 0, 0);
      return 0;
    }
    if (backlog.size() < BACKLOG) {
      backlog.add(header);
      return 0;
    }
    return NO_ROOM;
  }

  /** Takes as many parts of a packet as there are buffers for. */
  private int take(VsockHeader header, byte[] data, int from, int length) {
    int taken = 0;
    while (taken < length && backlog.isEmpty()) {
      int room = buffers.next() - VsockHeader.SIZE;
      if (room <= 0) {
        break;
      }
      int bytes = Math.min(room, length - taken);
      put(header.part(bytes, taken + bytes == length), data, from + taken, bytes);
      taken += bytes;
    }
    return taken == 0 ? NO_ROOM : taken;
  }

  private void put(VsockHeader header, byte[] data, int from, int length) {
    buffers.put(header.bytes(), data, from, length);
    lastTaken = clock.nanos();
  }

  private void deliverBacklog() {
    while (!backlog.isEmpty() && buffers.next() > 0) {
      put(backlog.remove(), NOTHING, 0, 0);
    }
  }

  private void tellWaiting() {
    waiting.forEach(Runnable::run);
    waiting.clear();
  }

  @Override
  public void reset(VsockConnection connection, VsockHeader rst) {
    insist(rst);
  }

  @Override
  public void insist(VsockHeader header) {
    synchronized (lock) {
      if (!cutOff && buffers.isLive()) {
        backlog.add(header);
        deliverBacklog();
      }
    }
  }
}
