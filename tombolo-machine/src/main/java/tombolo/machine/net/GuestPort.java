// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Mishaps;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.machine.virtio.Chain;
import tombolo.machine.virtio.ChainLostException;
import tombolo.machine.virtio.VirtioTransport;
import tombolo.machine.virtio.Virtqueue;

/**
 * Receives for a guest: frames go into the buffers that its driver has given, its receive queue.
 * Where there is no room nothing is taken.
 *
 * <p>Thread-safe by its own lock, which is the last one that a frame's way takes before the
 * queue's. Whoever found no room is in {@link #waiting}; room is made, and those are told, under
 * the same lock, so nobody waits for what is there.
 *
 * <p>While the guest is paused there is no room, so its memory does not change.
 */
final class GuestPort implements Stateful {
  /** The most buffers that one frame may take. */
  private static final int MOST_BUFFERS = 1024;

  /** What has become of a frame. */
  enum Taken {
    /** The guest has it. */
    YES,
    /** It was not taken; it may be offered again. */
    NO_ROOM,
    /** It was not taken, and will not be: there is no driver, or its buffers are too small. */
    NEVER
  }

  private final MacAddress address;
  private final String name;
  private final Clock clock;
  private final Mishaps mishaps;
  private final NetworkStatistics statistics = new NetworkStatistics();
  private final Object lock = new Object();
  private volatile @Nullable VirtioTransport transport;
  private volatile long features;
  private volatile Runnable linkDown = () -> {};

  // All guarded by lock.
  /** Buffers that were taken from the queue and not filled, in order. */
  private final List<Chain> buffers = new ArrayList<>();

  /** The bytes of all of them. */
  private long room;

  private final Set<Runnable> waiting = new LinkedHashSet<>();
  private boolean paused;
  private boolean full;

  /** A frame that the next one overtakes; only where things go wrong on purpose. */
  private @Nullable Frame overtaken;

  /** When it became full. */
  private long fullSince;

  /**
   * Makes the port of a guest without a driver.
   *
   * @param name of its VM
   */
  GuestPort(MacAddress address, String name, HostServices host) {
    this.address = address;
    this.name = name;
    this.clock = host.clock();
    this.mishaps = host.mishaps();
  }

  MacAddress address() {
    return address;
  }

  /** Returns the name of its VM. */
  String name() {
    return name;
  }

  NetworkStatistics statistics() {
    return statistics;
  }

  /** Sets what tells the guest that its wire is gone. Called once, before frames come. */
  void onLinkDown(Runnable listener) {
    linkDown = listener;
  }

  /** Tells the guest that its wire is gone. Any thread. */
  void linkIsDown() {
    linkDown.run();
  }

  void attach(VirtioTransport behind) {
    transport = behind;
  }

  /** Sets the features that the driver has accepted; none without a driver. */
  void features(long now) {
    features = now;
  }

  long features() {
    return features;
  }

  private boolean accepted(long mask) {
    return (features & mask) == mask;
  }

  /** Returns whether its driver takes a frame that was not segmented. */
  boolean takes(Offload.Segmentation segmentation) {
    return accepted(segmentation.takes | NetworkFeature.GUEST_CSUM);
  }

  /** Returns whether it has been full for so long that nobody waits for it any more. */
  boolean isStalled(long patienceNanos) {
    synchronized (lock) {
      return full && clock.nanos() - fullSince >= patienceNanos;
    }
  }

  /**
   * Gives a frame to the guest. Completes its checksum before, if the driver does not.
   *
   * @param frame is not to be segmented, or only for those who do not take it whole
   * @param whenRoom is called when there may be room, after {@link Taken#NO_ROOM}; null if nobody
   *     waits
   */
  Taken deliver(Frame frame, @Nullable Runnable whenRoom) {
    boolean understandsChecksums = accepted(NetworkFeature.GUEST_CSUM);
    if (!understandsChecksums) {
      frame.completeChecksum();
    }
    synchronized (lock) {
      // While it is full, the frame may be one that has had its chance.
      if (!full && mishaps.strikes(Mishaps.Kind.LOST_PACKET, name) != 0) {
        return Taken.NEVER;
      }
      if (overtaken == null && mishaps.strikes(Mishaps.Kind.SWAPPED_PACKET, name) != 0) {
        overtaken = frame.copy();
        return Taken.YES;
      }
      Taken taken = take(frame, understandsChecksums);
      if (taken == Taken.NO_ROOM) {
        if (!full) {
          full = true;
          fullSince = clock.nanos();
        }
        if (whenRoom != null) {
          waiting.add(whenRoom);
        }
      } else if (taken == Taken.YES) {
        full = false;
        statistics.received.increment();
        deliverOvertaken(understandsChecksums);
      }
      return taken;
    }
  }

  /** Without room, it is lost, as on a network. */
  private void deliverOvertaken(boolean understandsChecksums) {
    Frame late = overtaken;
    overtaken = null;
    if (late != null && take(late, understandsChecksums) == Taken.YES) {
      statistics.received.increment();
    }
  }

  private Taken take(Frame frame, boolean understandsChecksums) {
    @Nullable Virtqueue queue = queue();
    if (queue == null || !queue.isLive()) {
      forgetBuffers();
      return Taken.NEVER;
    }
    if (paused) {
      return Taken.NO_ROOM;
    }
    int needed = Frame.HEADER + frame.length();
    int most = accepted(NetworkFeature.MRG_RXBUF) ? Math.min(queue.entries(), MOST_BUFFERS) : 1;
    while (room < needed) {
      if (buffers.size() >= most) {
        return Taken.NEVER;
      }
      if (!takeBuffer(queue)) {
        return queue.isLive() ? Taken.NO_ROOM : Taken.NEVER;
      }
    }
    return fill(queue, frame, needed, understandsChecksums);
  }

  private boolean takeBuffer(Virtqueue queue) {
    Chain buffer = queue.take();
    if (buffer == null) {
      return false;
    }
    if (buffer.writable() < Frame.HEADER) {
      buffer.breach("a receive buffer of %d bytes".formatted(buffer.writable()));
      forgetBuffers();
      return false;
    }
    buffers.add(buffer);
    room += buffer.writable();
    return true;
  }

  /** Writes a frame into as many of the buffers as it needs; there is room in them. */
  private Taken fill(Virtqueue queue, Frame frame, int needed, boolean understandsChecksums) {
    int count = 0;
    for (long found = 0; found < needed; count++) {
      found += buffers.get(count).writable();
    }
    frame.writeHeader(count, understandsChecksums);
    List<Chain> used = buffers.subList(0, count);
    long[] written = new long[count];
    try {
      int at = 0;
      for (int i = 0; i < count; i++) {
        Chain buffer = used.get(i);
        int length = (int) Math.min(buffer.writable(), needed - at);
        buffer.write(0, frame.bytes, at, length);
        written[i] = length;
        at += length;
        room -= buffer.writable();
      }
      queue.complete(used, written);
      used.clear();
      return Taken.YES;
    } catch (ChainLostException e) {
      forgetBuffers(); // the driver is gone, or has broken a rule
      return Taken.NEVER;
    }
  }

  private @Nullable Virtqueue queue() {
    @Nullable VirtioTransport behind = transport;
    return behind == null ? null : behind.queue(NetworkDevice.RECEIVE);
  }

  private void forgetBuffers() {
    buffers.clear();
    room = 0;
  }

  /** Uses the buffers that the driver has given: tells those who wait, if there are any. */
  void refilled() {
    synchronized (lock) {
      @Nullable Virtqueue queue = queue();
      if (waiting.isEmpty() || paused || queue == null || !takeBuffer(queue)) {
        return;
      }
      full = false;
      tellWaiting();
    }
  }

  private void tellWaiting() {
    waiting.forEach(Runnable::run);
    waiting.clear();
  }

  /** Forgets what the driver has given: it is gone, or begins anew. Nobody waits for it. */
  void reset() {
    synchronized (lock) {
      forgetBuffers();
      overtaken = null;
      full = false;
      tellWaiting();
    }
  }

  /** Leaves the guest's memory alone until {@link #resume}. */
  void pause() {
    synchronized (lock) {
      paused = true;
    }
  }

  void resume() {
    synchronized (lock) {
      paused = false;
      full = false;
      tellWaiting();
    }
  }

  /** Returns how many wait for room. */
  int waiting() {
    synchronized (lock) {
      return waiting.size();
    }
  }

  /** Writes the buffers that were taken; those who wait ask again after a restore. */
  @Override
  public void save(StateWriter out) {
    synchronized (lock) {
      @Nullable Virtqueue queue = queue();
      out.number(buffers.size());
      for (Chain buffer : buffers) {
        if (queue != null) {
          queue.saveTaken(out, buffer);
        }
      }
    }
  }

  @Override
  public void restore(StateReader in) {
    synchronized (lock) {
      forgetBuffers();
      @Nullable Virtqueue queue = queue();
      int count = in.int32(0, queue == null ? 0 : MOST_BUFFERS);
      for (int i = 0; i < count && queue != null; i++) {
        Chain buffer = queue.restoreTaken(in);
        if (buffer != null) {
          if (buffer.writable() < Frame.HEADER) {
            throw in.wrong("a receive buffer of %d bytes".formatted(buffer.writable()));
          }
          buffers.add(buffer);
          room += buffer.writable();
        }
      }
    }
  }
}
