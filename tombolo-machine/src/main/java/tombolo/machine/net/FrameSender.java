// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.machine.virtio.Chain;
import tombolo.machine.virtio.ChainLostException;
import tombolo.machine.virtio.VirtioTransport;
import tombolo.machine.virtio.Virtqueue;

/**
 * Sends for a guest: takes frames from its driver's transmit queue and passes them on, as a worker,
 * so that no vCPU ever waits for another VM.
 *
 * <p>A frame that finds no room stays in the driver's memory; its chain is <em>held</em>, and the
 * frame is read and checked anew at each attempt. Frames to the same receiver stay in order. The
 * package says how many are held, and how long.
 *
 * <p>A step holds {@link #lock} for a batch of frames. Whoever has news calls {@link #kick}, which
 * wakes the worker; a wake that comes during a step gives another one, so no news is lost.
 */
final class FrameSender implements Worker, Stateful {
  /** The time for which a frame, and whoever sends to a full port, waits for room. */
  static final long PATIENCE_NANOS = 1_000_000_000L;

  /** The part of the queue that may be held for one receiver. */
  static final int PART_FOR_ONE = 16;

  /** The part of the queue that may be held for all receivers together. */
  static final int PART_FOR_ALL = 4;

  /** Frames before the driver can take its ring back. */
  private static final int BATCH = 64;

  private static final int MOST_HELD = 32768 / PART_FOR_ALL;

  private final Wire wire;
  private final GuestPort port;
  private final Clock clock;
  private final Task task;
  private final Runnable kick = this::kick;

  /** Fair, so that a reset does not wait as long as a guest has something to send. */
  private final ReentrantLock lock = new ReentrantLock(true);

  // Guarded by lock.
  private final Frame frame = new Frame();
  private final Segments segments = new Segments();
  private final ArrayDeque<Held> held = new ArrayDeque<>();

  private volatile @Nullable VirtioTransport transport;
  private volatile boolean closed;

  /**
   * A frame that waits for room.
   *
   * @param towards whose room; null in a device that was just restored
   * @param since when it was held
   */
  private record Held(Chain chain, @Nullable Object towards, long since) {}

  /** Makes a sender that {@link #start} starts. */
  FrameSender(Wire wire, GuestPort port, String device, HostServices host) {
    this.wire = wire;
    this.port = port;
    this.clock = host.clock();
    this.task = host.scheduler().task(port.name() + "/" + device, Scheduler.Idle.PARK, this);
  }

  /** Starts the worker. Called once. */
  void start(VirtioTransport behind) {
    transport = behind;
    task.start();
  }

  /** Forgets the frames at hand: the driver is gone, with them, or begins anew. */
  void reset() {
    lock.lock();
    try {
      held.clear();
    } finally {
      lock.unlock();
    }
  }

  /** Tells the sender that there may be frames, or room. Any thread, with any lock held. */
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

  @Override
  public long step() {
    @Nullable VirtioTransport behind = transport;
    if (closed || behind == null) {
      return DONE;
    }
    try {
      return send(behind);
    } catch (Throwable e) {
      behind.failed(e);
      return UNTIL_WOKEN; // there may be another run, and another driver
    }
  }

  private long send(VirtioTransport behind) {
    lock.lock();
    try {
      sendHeld();
      if (sendNew(behind)) {
        return AGAIN;
      }
      @Nullable Held oldest = held.peek();
      return oldest == null || wire.waitsInLine() ? UNTIL_WOKEN : oldest.since + PATIENCE_NANOS;
    } finally {
      lock.unlock();
    }
  }

  /** Tries the frames that wait, each after those that wait for the same receiver. */
  private void sendHeld() {
    List<Object> full = new ArrayList<>();
    long now = clock.nanos();
    for (int left = held.size(); left > 0; left--) {
      Held next = held.remove();
      if (next.towards != null && full.contains(next.towards)) {
        held.add(next);
      } else if (!wire.waitsInLine() && now - next.since >= PATIENCE_NANOS) {
        drop(next.chain, next.towards);
      } else if (!read(next.chain) || wire.send(port, frame, segments, kick) == Wire.Passed.DONE) {
        complete(next.chain);
      } else {
        Object towards = Objects.requireNonNullElse(wire.towards(frame), wire);
        full.add(towards);
        held.add(new Held(next.chain, towards, next.since));
      }
    }
  }

  /** Sends a batch of new frames. Returns whether there may be more. */
  private boolean sendNew(VirtioTransport behind) {
    Virtqueue queue = behind.queue(NetworkDevice.TRANSMIT);
    for (int i = 0; i < BATCH; i++) {
      if (wire.waitsInLine() && !held.isEmpty()) {
        return false;
      }
      Chain chain = queue.take();
      if (chain == null) {
        return false;
      }
      if (!read(chain)) {
        complete(chain);
        continue;
      }
      @Nullable Object towards = wire.towards(frame);
      int before = towards == null ? 0 : heldFor(towards);
      if (before == 0 && wire.send(port, frame, segments, kick) == Wire.Passed.DONE) {
        complete(chain);
      } else {
        hold(chain, towards, before, queue.entries());
      }
    }
    return true;
  }

  private int heldFor(Object towards) {
    int count = 0;
    for (Held each : held) {
      if (towards.equals(each.towards)) {
        count++;
      }
    }
    return count;
  }

  private void hold(Chain chain, @Nullable Object towards, int before, int entries) {
    if (wire.waitsInLine()
        || (before < Math.max(entries / PART_FOR_ONE, 1)
            && held.size() < Math.max(entries / PART_FOR_ALL, 1)
            && held.size() < MOST_HELD)) {
      held.add(new Held(chain, towards, clock.nanos()));
    } else {
      drop(chain, towards);
    }
  }

  private void drop(Chain chain, @Nullable Object towards) {
    if (towards instanceof GuestPort receiver) {
      receiver.statistics().noRoom.increment();
    }
    complete(chain);
  }

  private static void complete(Chain chain) {
    chain.queue().complete(chain, 0);
  }

  /** Copies a frame and checks it. Returns false, and counts, if it is not to be passed on. */
  private boolean read(Chain chain) {
    long length = chain.readable() - Frame.HEADER;
    if (length < Frame.LEAST || length > Frame.MOST) {
      port.statistics().malformed.increment();
      return false;
    }
    try {
      chain.read(0, frame.bytes, 0, (int) chain.readable());
    } catch (ChainLostException e) {
      return false;
    }
    frame.length((int) length);
    if (!frame.readOffload(port.features())) {
      port.statistics().malformed.increment();
      return false;
    }
    if (frame.source() != port.address().bits()) {
      port.statistics().forged.increment();
      return false;
    }
    return true;
  }

  /** Returns how many frames wait. */
  int held() {
    lock.lock();
    try {
      return held.size();
    } finally {
      lock.unlock();
    }
  }

  /** Writes the chains of the frames that wait; each is read anew. */
  @Override
  public void save(StateWriter out) {
    lock.lock();
    try {
      out.number(held.size());
      held.forEach(each -> each.chain.queue().saveTaken(out, each.chain));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void restore(StateReader in) {
    @Nullable VirtioTransport behind = transport;
    lock.lock();
    try {
      held.clear();
      int count = in.int32(0, behind == null ? 0 : MOST_HELD);
      for (int i = 0; i < count && behind != null; i++) {
        Chain chain = behind.queue(NetworkDevice.TRANSMIT).restoreTaken(in);
        if (chain != null) {
          held.add(new Held(chain, null, clock.nanos()));
        }
      }
    } finally {
      lock.unlock();
    }
    kick();
  }
}
