// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.DirectoryState.Way;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.bell.DelayedBells;
import tombolo.ivc.bell.DelayedBells.Late;
import tombolo.ivc.bell.Doorbell;
import tombolo.ivc.grant.Quota;
import tombolo.machine.state.StateReader;

/**
 * Reads what {@link DirectoryState} wrote into a fresh directory. With the directory locked.
 *
 * <p>Nothing is believed that could harm others: every channel, member and watch needs its grant
 * and has to fit into quota, section and window, as if it were asked for today.
 */
final class RestoredDirectory {
  /** Of who dies at once, or has died before. */
  private static final Quota ANY = new Quota(Integer.MAX_VALUE, Long.MAX_VALUE);

  /** The longest that a late ring can wait: an interval of the slowest rate, and more. */
  private static final long MOST_NANOS = 1L << 60;

  private final Directory directory;
  private final StateReader in;
  private final long now;

  /** No directory has had more channels; so generations never wrap after a restore. */
  private static final long MOST_GENERATIONS = 1L << 60;

  /** In the order of the state. */
  private final Map<Integer, Endpoint> members = new LinkedHashMap<>();

  private final Map<Integer, Integer> lastHandles = new LinkedHashMap<>();
  private final List<Endpoint> standIns = new ArrayList<>();
  private final Map<Long, Channel> channels = new LinkedHashMap<>();

  RestoredDirectory(Directory directory, StateReader in) {
    this.directory = directory;
    this.in = in;
    this.now = directory.host().clock().nanos();
  }

  /**
   * Restores everything. Host endpoints that have not joined the fresh directory get a stand-in,
   * which has what they had joined. {@link #endStandIns} has to follow, also where the state is
   * refused.
   *
   * @param joined who has joined the fresh directory, by id
   */
  void restore(Map<Integer, Endpoint> joined) {
    long lastGeneration = in.int64();
    if (lastGeneration < 0 || lastGeneration > MOST_GENERATIONS) {
      throw in.wrong("the last channel has generation " + lastGeneration);
    }
    in.part("rings", directory.counters);
    for (int left = in.int32(0, Integer.MAX_VALUE); left > 0; left--) {
      restoreMember(joined);
    }
    for (int left = in.int32(0, Integer.MAX_VALUE); left > 0; left--) {
      restoreChannel(lastGeneration);
    }
    directory.channels.lastGeneration(lastGeneration);
    for (Endpoint member : members.values()) {
      restoreInbox(member);
    }
    restoreLate();
  }

  /** Lets the stand-ins die. Without the directory's lock: what they had joined may be large. */
  void endStandIns() {
    standIns.forEach(Endpoint::close);
  }

  private void restoreMember(Map<Integer, Endpoint> joined) {
    int id = in.int32(1, Integer.MAX_VALUE);
    String name = in.string();
    boolean vm = in.flag();
    @Nullable Endpoint found = joined.get(id);
    if (found == null && vm) {
      throw in.wrong("VM %s, id %d, has not joined this directory".formatted(name, id));
    }
    if (found != null && (!found.name().equals(name) || found instanceof VmEndpoint != vm)) {
      throw in.wrong("id %d is %s there and %s here".formatted(id, name, found.name()));
    }
    Endpoint member = found == null ? standIn(id, name) : found;
    if (members.putIfAbsent(id, member) != null) {
      throw in.wrong("two endpoints have id " + id);
    }
    in.part("refusals", member.refusals);
    lastHandles.put(id, in.int32(0, Integer.MAX_VALUE));
    for (int left = in.int32(0, Membership.MAX_WATCHES); left > 0; left--) {
      ChannelId watched = channelId();
      if (directory.grants.toSubscribe(id, watched) == null || !member.membership.watch(watched)) {
        throw in.wrong("%s may not watch %s".formatted(name, watched));
      }
    }
  }

  private Endpoint standIn(int id, String name) {
    Endpoint made = new HostEndpoint(directory, id, name, ANY);
    standIns.add(made);
    return made;
  }

  private ChannelId channelId() {
    return new ChannelId(in.int32(), in.int64());
  }

  /** Returns who has this id; it must be known by now. */
  private Endpoint member(int id) {
    @Nullable Endpoint found = members.get(id);
    if (found == null) {
      throw in.wrong("no endpoint has id " + id);
    }
    return found;
  }

  private void restoreChannel(long lastGeneration) {
    ChannelId id = channelId();
    long generation = in.int64();
    if (generation < 1 || generation > lastGeneration || channels.containsKey(generation)) {
      throw in.wrong("channel %s has generation %d".formatted(id, generation));
    }
    RestoredChannel its = new RestoredChannel(directory, in, now, id, this::member);
    Channel channel = its.create(generation, publisher(id));
    boolean whole = false;
    try {
      its.restore(channel);
      whole = true;
    } finally {
      if (!whole && channel.isDeserted()) {
        directory.free(channel); // with the lock held; nobody waits for a fresh directory
      }
    }
    if (channel.state == ChannelState.LIVE && directory.channels.live(id) != null) {
      throw in.wrong("two live channels are called " + id);
    }
    directory.channels.restore(channel);
    channels.put(generation, channel);
  }

  /** Returns the publisher, or one that is as dead as the publisher was. */
  private Endpoint publisher(ChannelId id) {
    boolean closed = in.flag();
    String name = in.string();
    if (!closed) {
      return member(id.publisher());
    }
    Endpoint dead = new HostEndpoint(directory, id.publisher(), name, ANY);
    dead.closeUnused();
    return dead;
  }

  private void restoreInbox(Endpoint member) {
    List<Attachment> all = member.membership.all();
    int lastHandle = lastHandles.getOrDefault(member.id(), 0);
    if (!all.isEmpty() && all.getLast().handle() > lastHandle) {
      throw in.wrong("a handle after %d, the last one of %s".formatted(lastHandle, member.name()));
    }
    member.membership.lastHandle(lastHandle);
    member.inbox.restore(in, all.stream().map(side -> side.bell).toList());
  }

  private void restoreLate() {
    long linger = in.int64();
    if (linger < -1 || linger > DelayedBells.LINGER_NANOS) {
      throw in.wrong("late bells that end in %d ns".formatted(linger));
    }
    List<Late> late = new ArrayList<>();
    Set<Doorbell> seen = new LinkedHashSet<>();
    for (int count = in.int32(0, Integer.MAX_VALUE); count > 0; count--) {
      long left = in.int64();
      if (Math.abs(left) > MOST_NANOS) {
        throw in.wrong("a ring that is due in %d ns".formatted(left));
      }
      Doorbell doorbell = doorbell(way(in.int32()));
      if (!seen.add(doorbell)) {
        throw in.wrong("two rings of one doorbell wait");
      }
      late.add(new Late(left, doorbell, false));
    }
    directory.delays.restore(late, linger);
  }

  private Way way(int code) {
    for (Way way : Way.values()) {
      if (way.code == code) {
        return way;
      }
    }
    throw in.wrong("no way of a ring has the number " + code);
  }

  private Doorbell doorbell(Way way) {
    long generation = in.int64();
    int endpoint = in.int32();
    if (way == Way.TO_NOBODY) {
      return directory.delays.toNobody();
    }
    @Nullable Channel channel = channels.get(generation);
    @Nullable Doorbell found = channel == null ? null : find(channel, way, member(endpoint));
    if (found == null) {
      throw in.wrong("a ring waits in channel generation %d, where none can".formatted(generation));
    }
    return found;
  }

  private @Nullable Doorbell find(Channel channel, Way way, Endpoint endpoint) {
    @Nullable Attachment publisher = channel.publisherSide;
    @Nullable Attachment subscriber = channel.subscribers.get(endpoint);
    if (way == Way.TO_PUBLISHER) {
      return channel.toPublisher().get(endpoint.id());
    }
    if (way == Way.TO_SUBSCRIBER) {
      return publisher == null || subscriber == null ? null : publisher.doorbellAt(subscriber);
    }
    boolean publishes = publisher != null && publisher.endpoint == endpoint;
    @Nullable Attachment target = publishes ? publisher : subscriber;
    return target == null ? null : directory.delays.fromNobody(target.bell);
  }
}
