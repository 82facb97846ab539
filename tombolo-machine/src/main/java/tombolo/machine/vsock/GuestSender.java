// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.Failures;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * Sends for a guest: takes packets from its driver's ring and passes them on, as a worker, so that
 * no vCPU ever waits for another VM. A packet whose receiver has no room is put aside in that
 * receiver's {@link PeerQueue}, as are those to the same receiver behind it; packets to others go
 * on. Where no more may be put aside, the packet stays in the ring, with all behind it.
 *
 * <p>A step holds {@link #lock} for a batch of packets. Whoever has news calls {@link #kick}, which
 * wakes the worker; a wake that comes during a step gives another one, so no news is lost.
 */
final class GuestSender implements Worker, Stateful {
  /** The most bytes that wait for all receivers together. */
  static final int MOST_BYTES = 4 << 20;

  /** Packets before the driver can take its ring back. */
  private static final int BATCH = 64;

  private final VsockSwitch network;
  private final GuestStation station;
  private final Clock clock;
  private final Task task;
  private final Runnable kick = this::kick;

  /** Fair, so that a reset does not wait as long as a guest has something to send. */
  private final ReentrantLock lock = new ReentrantLock(true);

  private final byte[] packet = new byte[VsockHeader.SIZE + VsockHeader.MAX_PAYLOAD];

  // Guarded by lock.
  private final TxPackets packets;

  /** Of the packet that is out of the ring and not put aside yet. */
  private @Nullable VsockHeader header;

  /** By CID, so that receivers are served in an order that does not depend on the past. */
  private final NavigableMap<Long, PeerQueue> queues = new TreeMap<>();

  /** Of all queues. */
  private int bytes;

  private volatile boolean closed;
  private volatile Consumer<Throwable> onFailure;

  /** The outcome of a look for packets. */
  private enum Found {
    MORE,
    NOTHING,
    NO_ROOM
  }

  /** Makes a sender that {@link #start} starts. */
  GuestSender(VsockSwitch network, GuestStation station, TxPackets packets, HostServices host) {
    this.network = network;
    this.station = station;
    this.packets = packets;
    this.clock = host.clock();
    this.task = host.scheduler().task(station.name() + "/vsock", Scheduler.Idle.PARK, this);
    this.onFailure = cause -> Failures.report(station.name(), "the vsock sender failed", cause);
    station.sendsBy(kick);
  }

  /** Sets who ends the VM's run when a step has failed. */
  void onFailure(Consumer<Throwable> listener) {
    onFailure = listener;
  }

  /** Starts the worker. Called once. */
  void start() {
    task.start();
  }

  /** Forgets all packets: the driver is gone, with its packets, or begins anew. */
  void reset() {
    lock.lock();
    try {
      packets.forget();
      header = null;
      queues.clear();
      bytes = 0;
    } finally {
      lock.unlock();
    }
  }

  /** Tells the sender that there may be packets, or room. Any thread, with any lock held. */
  void kick() {
    task.wake();
  }

  void pause() {
    task.pause();
  }

  /** Takes a step in any case, so that a device goes on as one that was restored, step by step. */
  void resume() {
    task.resume();
    task.wake();
  }

  /** Ends the worker, and waits for that. */
  void close() {
    closed = true;
    task.resume();
    task.wake();
    task.awaitEnd();
  }

  /** Returns how many bytes wait for receivers, as they count against the bounds. */
  int waitingBytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long step() {
    if (closed) {
      return DONE;
    }
    try {
      return send();
    } catch (Throwable e) {
      onFailure.accept(e);
      return UNTIL_WOKEN; // there may be another run, and another driver
    }
  }

  private long send() {
    List<GuestStation> tooSlow = new ArrayList<>();
    Found found = Found.MORE;
    long next;
    lock.lock();
    try {
      next = passOnWaiting(tooSlow);
      for (int i = 0; i < BATCH && found == Found.MORE; i++) {
        found = sendOne();
      }
    } finally {
      lock.unlock();
    }
    tooSlow.forEach(network::resetAll);
    if (found == Found.NOTHING && !packets.isLive()) {
      network.resetAll(station); // the driver is gone, or has broken a rule
    }
    return found == Found.MORE || !tooSlow.isEmpty() ? AGAIN : next;
  }

  /**
   * Passes on what waits for receivers that have room by now.
   *
   * @param tooSlow gets the receivers that have tried everybody's patience, which are cut off
   * @return when to try again, or to lose patience with the next receiver
   */
  private long passOnWaiting(List<GuestStation> tooSlow) {
    long next = UNTIL_WOKEN;
    for (Map.Entry<Long, PeerQueue> entry : queues.entrySet()) {
      PeerQueue queue = entry.getValue();
      if (!queue.isEmpty()) {
        @Nullable VsockStation receiver = network.station(entry.getKey());
        long wait = passOn(queue, receiver instanceof GuestStation guest ? guest : null, tooSlow);
        if (wait != UNTIL_WOKEN) {
          long at = clock.nanos() + wait;
          next = next == UNTIL_WOKEN || at - next < 0 ? at : next;
        }
      }
    }
    long now = clock.nanos();
    queues.values().removeIf(queue -> queue.isIdle(now));
    return next;
  }

  /** Passes on what waits for one receiver. Returns in how long to come again. */
  private long passOn(PeerQueue queue, @Nullable GuestStation to, List<GuestStation> tooSlow) {
    int before = queue.bytes();
    long wait = UNTIL_WOKEN;
    while (!queue.isEmpty()) {
      PeerQueue.Waiting first = queue.first();
      long early = first.header().length() > 0 ? 0 : queue.pace.take(clock.nanos());
      if (early > 0) {
        wait = early;
        break;
      }
      int now =
          network.forward(
              station, first.header(), first.packet(), VsockHeader.SIZE, queue.done(), kick);
      if (now == VsockStation.NO_ROOM) {
        if (to != null) {
          wait = to.patienceLeft();
          if (wait <= 0 && to.cutOff()) {
            tooSlow.add(to);
          }
        }
        break;
      }
      queue.passedOn(now);
    }
    bytes -= before - queue.bytes();
    return wait;
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
    }
    if (header != null && !passOnOrPutAside(header)) {
      return Found.NO_ROOM;
    }
    header = null;
    packets.done();
    return Found.MORE;
  }

  /** Returns false, and nothing has changed, if the packet has to stay where it is. */
  private boolean passOnOrPutAside(VsockHeader now) {
    if (network.station(now.destinationCid()) == null) {
      network.forward(station, now, packet, VsockHeader.SIZE, 0, kick);
      return true; // it was refused
    }
    PeerQueue queue =
        queues.computeIfAbsent(now.destinationCid(), cid -> new PeerQueue(cid, clock.nanos()));
    int weight = PeerQueue.weight(now);
    if (queue.bytes() + weight > PeerQueue.MOST_BYTES || bytes + weight > MOST_BYTES) {
      return false;
    }
    int done = 0;
    if (queue.isEmpty()) {
      if (now.length() > 0 || queue.pace.take(clock.nanos()) == 0) {
        int passed = 0;
        while (passed != VsockStation.NO_ROOM) {
          done = passed;
          passed = network.forward(station, now, packet, VsockHeader.SIZE, done, kick);
          if (passed >= now.length()) {
            return true;
          }
        }
      }
      kick(); // somebody has to look when to lose patience, or when it is not too early any more
    }
    byte[] copy = Arrays.copyOf(packet, VsockHeader.SIZE + now.length());
    queue.add(new PeerQueue.Waiting(now, copy), done);
    bytes += weight;
    return true;
  }

  /** Returns the header of the packet that was copied, or null where it is none. */
  private @Nullable VsockHeader checked(int length) {
    if (length >= VsockHeader.SIZE) {
      VsockHeader read = VsockHeader.read(packet);
      if (fits(read, length)) {
        return read;
      }
      if (read.sourceCid() == station.cid() && !read.is(VsockOp.RST)) {
        station.insist(read.refusal());
      }
    }
    network.dropped();
    return null;
  }

  private static boolean fits(VsockHeader read, int length) {
    return read.length() >= 0
        && read.length() <= VsockHeader.MAX_PAYLOAD
        && read.length() <= length - VsockHeader.SIZE;
  }

  /**
   * Writes the packet at hand and what waits: the driver may have changed its memory since they
   * were copied.
   */
  @Override
  public void save(StateWriter out) {
    lock.lock();
    try {
      long now = clock.nanos();
      out.flag(header != null);
      if (header != null) {
        out.bytes(Arrays.copyOf(packet, VsockHeader.SIZE + header.length()));
      }
      List<Map.Entry<Long, PeerQueue>> busy =
          queues.entrySet().stream().filter(entry -> !entry.getValue().isIdle(now)).toList();
      out.number(busy.size());
      for (Map.Entry<Long, PeerQueue> entry : busy) {
        out.number(entry.getKey());
        entry.getValue().save(out, now);
      }
      packets.save(out);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void restore(StateReader in) {
    lock.lock();
    try {
      header = null;
      queues.clear();
      bytes = 0;
      if (in.flag()) {
        byte[] saved = in.bytes(packet.length);
        if (saved.length < VsockHeader.SIZE) {
          throw in.wrong("a packet of %d bytes".formatted(saved.length));
        }
        VsockHeader read = VsockHeader.read(saved);
        if (!fits(read, saved.length)) {
          throw in.wrong("a packet of %d bytes with %s".formatted(saved.length, read));
        }
        System.arraycopy(saved, 0, packet, 0, saved.length);
        header = read;
      }
      for (int left = in.int32(0, Integer.MAX_VALUE); left > 0; left--) {
        restoreQueue(in);
      }
      packets.restore(in);
    } finally {
      lock.unlock();
    }
    kick(); // whoever it waited for is told by the switch
  }

  private void restoreQueue(StateReader in) {
    long now = clock.nanos();
    long cid = in.int64();
    PeerQueue queue = new PeerQueue(cid, now);
    queue.restore(in, now);
    bytes += queue.bytes();
    if (network.station(cid) == null || queues.put(cid, queue) != null || bytes > MOST_BYTES) {
      throw in.wrong("%d bytes wait for CID %d".formatted(queue.bytes(), cid));
    }
  }
}
