// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.bell.Bell;
import tombolo.ivc.bell.DelayedBells.Late;
import tombolo.ivc.bell.Doorbell;
import tombolo.machine.state.StateWriter;

/**
 * Writes the state of a directory; {@link RestoredDirectory} reads it. With the directory locked.
 *
 * <p>The order is: counters, endpoints, channels with who has joined them, what waits for each
 * endpoint, late bells. Times are written as what is left of them.
 */
final class DirectoryState {
  /** The way of a late ring. */
  enum Way {
    /** Its target has left. */
    TO_NOBODY(0),
    /** From the publisher to a subscriber. */
    TO_SUBSCRIBER(1),
    /** From a subscriber, who may have left, to the publisher. */
    TO_PUBLISHER(2),
    /** From somebody who has left to somebody who has not. */
    FROM_NOBODY(3);

    /** In saved state. */
    final int code;

    Way(int code) {
      this.code = code;
    }
  }

  /** A doorbell's way, channel, and endpoint: the subscriber's id, or from nobody the target's. */
  private record Place(Way way, long generation, int endpoint) {}

  private static final Place NOWHERE = new Place(Way.TO_NOBODY, 0, 0);

  private final Directory directory;
  private final long now;

  DirectoryState(Directory directory) {
    this.directory = directory;
    this.now = directory.host().clock().nanos();
  }

  void save(StateWriter out, Collection<Endpoint> endpoints) {
    out.number(directory.channels.lastGeneration()).part("rings", directory.counters);
    out.number(endpoints.size());
    endpoints.forEach(endpoint -> save(endpoint, out));
    Collection<Channel> channels = directory.channels.all();
    out.number(channels.size());
    channels.forEach(channel -> save(channel, out));
    endpoints.forEach(endpoint -> endpoint.inbox.save(out));
    saveLate(channels, out);
  }

  private void save(Endpoint endpoint, StateWriter out) {
    out.number(endpoint.id()).string(endpoint.name()).flag(endpoint instanceof VmEndpoint);
    out.part("refusals", endpoint.refusals);
    Membership membership = endpoint.membership;
    out.number(membership.lastHandle()).number(membership.watched().size());
    membership.watched().forEach(id -> save(id, out));
  }

  private static void save(ChannelId id, StateWriter out) {
    out.number(id.publisher()).number(id.key());
  }

  private void save(Channel channel, StateWriter out) {
    save(channel.id, out);
    out.number(channel.generation);
    out.flag(channel.publisher.isClosed()).string(channel.publisher.name());
    Shape shape = channel.shape;
    out.number(shape.layout().code()).number(shape.size());
    out.number(shape.sections()).number(shape.sectionSize());
    channel.save(out);
    List<Attachment> sides = sides(channel);
    out.number(sides.size());
    sides.forEach(side -> save(side, out));
    saveDoorbells(channel, out);
  }

  private static List<Attachment> sides(Channel channel) {
    List<Attachment> all = new ArrayList<>();
    if (channel.publisherSide != null) {
      all.add(channel.publisherSide);
    }
    all.addAll(channel.subscribers.values());
    return all;
  }

  private static void save(Attachment side, StateWriter out) {
    out.number(side.endpoint.id()).flag(side.role() == Role.PUBLISHER);
    out.number(side.handle()).number(side.placeLocked()).number(side.section());
    out.flag(side.bell.pulsed()).flag(side.announced);
    side.endpoint.inbox.save(side.bell, out);
  }

  /** The publisher's to each subscriber in order, then those of subscribers, gone or not, by id. */
  private void saveDoorbells(Channel channel, StateWriter out) {
    Attachment publisher = channel.publisherSide;
    if (publisher == null) {
      return; // there are none: subscribers ring the publisher, and nobody else
    }
    for (Attachment subscriber : channel.subscribers.values()) {
      @Nullable Doorbell bell = publisher.doorbellAt(subscriber);
      out.flag(bell != null);
      if (bell != null) {
        bell.save(out, now);
      }
    }
    Map<Integer, Doorbell> toPublisher = channel.toPublisher();
    out.number(toPublisher.size());
    toPublisher.forEach(
        (id, bell) -> {
          out.number(id);
          bell.save(out, now);
        });
  }

  private void saveLate(Collection<Channel> channels, StateWriter out) {
    Map<Doorbell, Place> places = new LinkedHashMap<>();
    Map<Bell, Place> bells = new LinkedHashMap<>();
    for (Channel channel : channels) {
      for (Attachment side : sides(channel)) {
        bells.put(side.bell, new Place(Way.FROM_NOBODY, channel.generation, side.endpoint.id()));
      }
      Attachment publisher = channel.publisherSide;
      if (publisher != null) {
        for (Doorbell bell : publisher.doorbells) {
          places.put(bell, new Place(Way.TO_SUBSCRIBER, channel.generation, bell.to().endpoint()));
        }
        channel
            .toPublisher()
            .forEach(
                (id, bell) ->
                    places.put(bell, new Place(Way.TO_PUBLISHER, channel.generation, id)));
      }
    }
    List<Late> late = directory.delays.late();
    out.number(directory.delays.linger()).number(late.size());
    for (Late each : late) {
      @Nullable Place known = each.dropped() ? null : places.get(each.doorbell());
      @Nullable Place loose = each.dropped() ? null : bells.get(each.doorbell().to());
      Place place = known != null ? known : loose != null ? loose : NOWHERE;
      out.number(each.left()).number(place.way.code);
      out.number(place.generation).number(place.endpoint);
    }
  }
}
