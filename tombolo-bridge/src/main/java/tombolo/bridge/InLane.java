// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import io.aeron.Aeron;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import java.util.List;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.channel.ChannelSink;
import tombolo.bridge.stream.Inbound;
import tombolo.bridge.wire.Names;
import tombolo.bridge.wire.Status;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.abi.Shape;
import tombolo.topology.BridgeSpec;
import tombolo.topology.ChannelSpec;
import tombolo.topology.HostSpec;
import tombolo.topology.RemoteSpec;

/** A channel that comes from another host. For the bridges' worker. */
final class InLane implements ControlledFragmentHandler {
  /** Frames taken in one step, so that other bridges have their turn. */
  private static final int FRAMES_A_STEP = 64;

  /** The sender is told at the latest after this part of the ring has been delivered. */
  private static final int STATUSES_A_RING = 8;

  private final String name;
  private final RemoteSpec remote;
  private final HostEndpoint endpoint;
  private final ChannelSink sink;
  private final Inbound inbound;
  private final Doorkeeper door;
  private final String uri;
  private final int streamId;
  private final DataOutlet statuses;
  private final Attempt attempt;

  private @Nullable Subscription subscription;
  private long now;
  private boolean blocked;
  private String state = "";

  /**
   * @param statuses to the sender's host
   * @param lives returns numbers that nobody can foresee
   */
  InLane(
      HostSpec host,
      ChannelSpec channel,
      BridgeSpec.From bridge,
      RemoteSpec remote,
      HostEndpoint endpoint,
      DataOutlet statuses,
      LongSupplier lives,
      Errors errors) {
    this.name = channel.name();
    this.remote = remote;
    this.endpoint = endpoint;
    this.statuses = statuses;
    this.attempt = new Attempt("channel." + name, errors);
    Shape shape =
        Shape.sectioned(channel.size(), channel.sections(), Math.max(channel.sectionSize(), 1));
    this.sink = new ChannelSink(endpoint, name, shape, errors::once);
    this.inbound =
        new Inbound(
            new Names(host.name(), name),
            bridge.host(),
            bridge.lossy(),
            sink,
            lives,
            Math.max(1, sink.capacity() / STATUSES_A_RING),
            errors::tell);
    this.door = new Doorkeeper("channel." + name, List.of(remote), errors);
    this.uri = Uris.listen(host, bridge.multicast());
    this.streamId = Uris.dataStream(bridge.host(), name);
  }

  void ensure(Aeron aeron, long time) {
    if (subscription != null || !attempt.isDue(time)) {
      return;
    }
    try {
      subscription = aeron.addSubscription(uri, streamId, door::onAvailable, door::onUnavailable);
      attempt.succeeded();
    } catch (RuntimeException e) {
      attempt.failed(e);
    }
  }

  void forget() {
    subscription = null;
    attempt.again();
    door.forget();
  }

  void changed() {
    sink.changed();
  }

  int step(long time) {
    now = time;
    blocked = false;
    door.reject();
    int frames = 0;
    List<Image> images = door.images();
    for (int i = 0; i < images.size(); i++) {
      frames += images.get(i).controlledPoll(this, FRAMES_A_STEP);
    }
    if (frames == 0) {
      inbound.look();
    }
    if (!inbound.state().equals(state)) {
      state = inbound.state();
      BridgeEvents.changed(name, false, remote.name(), state);
    }
    return frames + tell(frames == 0);
  }

  /** Says nothing before this side can receive: another process may be this host. */
  private int tell(boolean idle) {
    if (subscription == null) {
      return 0;
    }
    Status status = inbound.status(now, idle);
    if (status == null || !statuses.tryClaim(status.size())) {
      return 0;
    }
    status.write(statuses.buffer(), statuses.at());
    statuses.commit();
    inbound.said(now);
    return 1;
  }

  @Override
  public Action onFragment(DirectBuffer buffer, int offset, int length, Header header) {
    if (inbound.onFrame(buffer, offset, length, now)) {
      return Action.CONTINUE;
    }
    blocked = true;
    return Action.ABORT;
  }

  /** Whether nothing comes but by the network, or from readers that ring. */
  boolean sleep() {
    return !blocked || sink.sleep();
  }

  void wake() {
    if (blocked) {
      sink.wake();
    }
  }

  void leave(long time) {
    now = time;
    inbound.leave();
    tell(true);
  }

  void close() {
    endpoint.close();
  }

  BridgeRow row() {
    return BridgeRow.of(
        name, false, remote.name(), inbound.state(), inbound.counters(), door.refused());
  }
}
