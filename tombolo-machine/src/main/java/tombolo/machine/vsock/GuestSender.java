// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import java.util.Arrays;
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
 * no vCPU ever waits for another VM. A packet that finds no room stays in the ring, and those
 * behind it, until there is room.
 *
 * <p>A step holds {@link #lock} for a batch of packets. Whoever has news calls {@link #kick}, which
 * wakes the worker; a wake that comes during a step gives another one, so no news is lost.
 */
final class GuestSender implements Worker, Stateful {
  /** The time that a receiver may take nothing before those who send to it stop waiting. */
  static final long PATIENCE_NANOS = 5_000_000_000L;

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

  // Guarded by lock: the packet that is not passed on to its end, and how much of its payload is.
  private final TxPackets packets;
  private @Nullable VsockHeader header;
  private int done;

  /** When the switch last took something. */
  private long waitingSince;

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

  /** Forgets the packet at hand: the driver is gone, with its packets, or begins anew. */
  void reset() {
    lock.lock();
    try {
      packets.forget();
      header = null;
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
    return switch (sendSome()) {
      case MORE -> AGAIN;
      case NO_ROOM -> patience();
      case NOTHING -> {
        if (!packets.isLive()) {
          network.resetAll(station); // the driver is gone, or has broken a rule
        }
        yield UNTIL_WOKEN;
      }
    };
  }

  /**
   * Returns until when to wait for the receiver of the packet that finds no room. A receiver that
   * has tried everybody's patience is cut off.
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
      return UNTIL_WOKEN; // for buffers of its own guest
    }
    if (left <= 0) {
      left = guest.cutOffAfter(PATIENCE_NANOS);
      if (left == 0) {
        network.resetAll(guest);
        return AGAIN;
      }
    }
    return clock.nanos() + left;
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

  /** Writes the packet at hand: the driver may have changed its memory since it was copied. */
  @Override
  public void save(StateWriter out) {
    lock.lock();
    try {
      out.flag(header != null);
      if (header != null) {
        out.bytes(Arrays.copyOf(packet, VsockHeader.SIZE + header.length()));
        out.number(done).number(clock.nanos() - waitingSince);
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
        done = in.int32(0, read.length());
        waitingSince = clock.nanos() - in.int64();
        header = read;
      }
      packets.restore(in);
    } finally {
      lock.unlock();
    }
    kick(); // whoever it waited for is told by the switch
  }
}
