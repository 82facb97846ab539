// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * An Ethernet switch between the guests of one topology. Thread-safe; owned by the topology's run.
 *
 * <p>Each port has one address, which its guest is given and cannot change: a frame that names
 * another sender is dropped and counted. So the switch knows from the beginning who is where. It
 * has nothing to learn from frames, no table that guests could fill, and never floods: a frame to
 * an address that no port has is dropped. A frame to a group goes to all other ports that have
 * room.
 *
 * <p>Nothing is stored here; the package says what that means for a frame that has to wait.
 */
public final class NetworkSwitch extends Wire {
  /** Ordered, so that its iteration does not depend on the past. */
  private final Map<Long, GuestPort> ports = new ConcurrentSkipListMap<>();

  /** Makes a switch without ports. */
  public NetworkSwitch() {}

  @Override
  long offloads() {
    return NetworkFeature.OFFLOADS;
  }

  @Override
  int mtu() {
    return ORDINARY_MTU;
  }

  @Override
  boolean waitsInLine() {
    return false;
  }

  @Override
  void attach(GuestPort port) {
    GuestPort other = ports.putIfAbsent(port.address().bits(), port);
    if (other != null) {
      throw new IllegalArgumentException(
          "%s: the address %s is that of %s".formatted(port.name(), port.address(), other.name()));
    }
  }

  @Override
  void detach(GuestPort port) {
    ports.remove(port.address().bits(), port);
  }

  @Override
  @Nullable GuestPort towards(Frame frame) {
    long destination = frame.destination();
    return MacAddress.isGroup(destination) ? null : ports.get(destination);
  }

  @Override
  Passed send(GuestPort from, Frame frame, Segments segments, Runnable whenRoom) {
    if (MacAddress.isGroup(frame.destination())) {
      from.statistics().sent.increment();
      for (GuestPort each : ports.values()) {
        if (!each.equals(from)) {
          pass(each, frame, segments, null);
        }
      }
      return Passed.DONE;
    }
    GuestPort to = towards(frame);
    if (to == null || to.equals(from)) {
      from.statistics().nowhere.increment();
      return Passed.DONE;
    }
    Runnable waits = to.isStalled(FrameSender.PATIENCE_NANOS) ? null : whenRoom;
    Passed passed = pass(to, frame, segments, waits);
    if (passed == Passed.DONE) {
      from.statistics().sent.increment();
    }
    return passed;
  }

  /** Passes a frame to a port, in segments if its driver wants that. */
  private static Passed pass(
      GuestPort to, Frame frame, Segments segments, @Nullable Runnable whenRoom) {
    Offload.Segmentation segmentation = frame.offload().segmentation();
    if (segmentation == Offload.Segmentation.NONE || to.takes(segmentation)) {
      return settle(to, to.deliver(frame, whenRoom), whenRoom != null);
    }
    segments.begin(frame);
    boolean first = true;
    while (segments.hasNext()) {
      // Only the first one waits: those before another one are gone, and TCP sends it again.
      GuestPort.Taken taken = to.deliver(segments.next(), first ? whenRoom : null);
      if (settle(to, taken, first && whenRoom != null) == Passed.NO_ROOM) {
        return Passed.NO_ROOM;
      }
      first = false;
    }
    return Passed.DONE;
  }

  private static Passed settle(GuestPort to, GuestPort.Taken taken, boolean waits) {
    if (taken == GuestPort.Taken.NO_ROOM && waits) {
      return Passed.NO_ROOM;
    }
    if (taken != GuestPort.Taken.YES) {
      to.statistics().noRoom.increment();
    }
    return Passed.DONE;
  }

  /** Does nothing: a switch has no ports once all its guests are closed, and holds nothing else. */
  @Override
  public void close() {}
}
