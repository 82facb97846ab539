// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tombolo.machine.host.Clock;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * Receives for a guest: packets go into the buffers that its driver has given. Packets without
 * payload may wait here, {@link #BACKLOG} of them and one RST for each connection. A packet with
 * payload goes straight from its sender into a buffer, or waits with its sender. What waits here
 * goes first, so nothing is overtaken. How slow the guest takes them is measured by {@link
 * Patience}.
 *
 * <p>Thread-safe by its own lock, which is the last one that a packet's way takes before those of
 * the queue. Whoever found no room is in {@link #waiting}; room is made, and those are told, under
 * the same lock, so nobody waits for what is there.
 *
 * <p>While the guest is paused there is no room, so its memory does not change; time goes on, and a
 * guest that is paused for longer than its senders' patience is cut off.
 */
final class GuestStation implements VsockStation, Stateful {
  /** Packets without payload that may wait for buffers. */
  static final int BACKLOG = 256;

  private static final byte[] NOTHING = {};

  private final long cid;
  private final String name;
  private final Object lock = new Object();

  // All guarded by lock.
  private final RxBuffers buffers;
  private final ArrayDeque<VsockHeader> backlog = new ArrayDeque<>();
  private final Set<Runnable> waiting = new LinkedHashSet<>();
  private boolean cutOff;
  private boolean paused;
  private final Patience patience;

  /** Wakes the sender of the same guest. Set once, before packets come. */
  private volatile Runnable sender = () -> {};

  /**
   * Makes the station of a guest without a driver.
   *
   * @param name of its VM
   */
  GuestStation(long cid, String name, Clock clock, RxBuffers buffers) {
    this.cid = cid;
    this.name = name;
    this.buffers = buffers;
    this.patience = new Patience(clock);
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

  /** Forgets what waits: the driver is gone, with its buffers, or begins anew. */
  void reset() {
    synchronized (lock) {
      buffers.forget();
      backlog.clear();
      cutOff = false;
      tellWaiting();
      patience.reset();
    }
  }

  /** Sets what wakes the sender of the same guest. */
  void sendsBy(Runnable kick) {
    sender = kick;
  }

  /** Returns what wakes the sender of the same guest. */
  Runnable sender() {
    return sender;
  }

  /** Leaves the guest's memory alone until {@link #resume}. */
  void pause() {
    synchronized (lock) {
      paused = true;
    }
  }

  /** Ends {@link #pause}; {@link #refilled} has to follow. */
  void resume() {
    synchronized (lock) {
      paused = false;
    }
  }

  /** The size of the next buffer, or 0 if there is none now. */
  private int nextBuffer() {
    return paused ? 0 : buffers.next();
  }

  /**
   * Uses the buffers that the driver has given.
   *
   * @return whether the station was cut off, and no longer is
   */
  boolean refilled() {
    synchronized (lock) {
      deliverBacklog();
      if (nextBuffer() == 0) {
        return false;
      }
      boolean back = cutOff;
      cutOff = false;
      tellWaiting();
      return back;
    }
  }

  /** Returns whether so much waits that the guest's own packets, which have answers, wait, too. */
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
   * Returns how much longer guests wait if this one takes nothing; not positive if they are done.
   */
  long patienceLeft() {
    synchronized (lock) {
      return patience.left();
    }
  }

  /**
   * Cuts off a guest whose senders are done waiting: it is refused everything until it gives
   * buffers again.
   *
   * @return false if somebody else has done so already
   */
  boolean cutOff() {
    synchronized (lock) {
      tellWaiting();
      patience.reset();
      if (cutOff) {
        return false;
      }
      cutOff = true;
      backlog.clear();
      return true;
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
        if (connection.peerOf(this) instanceof GuestStation) {
          patience.begin(); // programs of the host wait as long as they like
        }
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

  /** Returns those who wait for room, in the order in which they are told. */
  Collection<Runnable> whoWaits() {
    synchronized (lock) {
      return List.copyOf(waiting);
    }
  }

  /** Replaces those who wait for room. */
  void whoWaits(Collection<Runnable> now) {
    synchronized (lock) {
      waiting.clear();
      waiting.addAll(now);
    }
  }

  /** Returns how many wait for room. */
  int waiting() {
    synchronized (lock) {
      return waiting.size();
    }
  }

  private int take(VsockHeader header) {
    if (backlog.isEmpty() && nextBuffer() > 0) {
      put(header, NOTHING, 0, 0, true);
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
      int room = nextBuffer() - VsockHeader.SIZE;
      if (room <= 0) {
        break;
      }
      int bytes = Math.min(room, length - taken);
      boolean last = taken + bytes == length;
      put(header.part(bytes, last), data, from + taken, bytes, last);
      taken += bytes;
    }
    return taken == 0 ? NO_ROOM : taken;
  }

  private void put(VsockHeader header, byte[] data, int from, int length, boolean whole) {
    buffers.put(header.bytes(), data, from, length);
    patience.taken(length, whole);
  }

  private void deliverBacklog() {
    while (!backlog.isEmpty() && nextBuffer() > 0) {
      put(backlog.remove(), NOTHING, 0, 0, true);
    }
  }

  private void tellWaiting() {
    patience.end();
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

  /** Writes what waits here; the switch writes who waits for room. */
  @Override
  public void save(StateWriter out) {
    synchronized (lock) {
      out.number(backlog.size());
      backlog.forEach(header -> out.bytes(header.bytes()));
      out.flag(cutOff);
      patience.save(out);
      buffers.save(out);
    }
  }

  @Override
  public void restore(StateReader in) {
    synchronized (lock) {
      backlog.clear();
      int count = in.int32(0, BACKLOG + VsockSwitch.MOST_RESETS);
      for (int i = 0; i < count; i++) {
        byte[] header = in.bytes(VsockHeader.SIZE);
        if (header.length != VsockHeader.SIZE) {
          throw in.wrong("a header of %d bytes".formatted(header.length));
        }
        backlog.add(VsockHeader.read(header));
      }
      cutOff = in.flag();
      patience.restore(in);
      buffers.restore(in);
    }
  }
}
