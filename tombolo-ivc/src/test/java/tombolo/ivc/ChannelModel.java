// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Quota;

/**
 * What endpoints, channels and doorbells do, said as simply as possible: lists that are searched
 * from end to end, a bit a page, a number a token. It shares no code with what it is to judge, but
 * for the records that say what is granted and what happened.
 */
final class ChannelModel {
  static final long PAGE = 4096;
  static final int PAGES = 16;

  /** Somebody, and where its window is. */
  static final class Party {
    final int id;
    final boolean vm;
    final Quota quota;
    final TreeMap<Integer, Side> sides = new TreeMap<>();
    final ArrayDeque<Event> events = new ArrayDeque<>();
    final Set<ChannelId> watched = new HashSet<>();
    final Set<Integer> handlesOfThisRun = new HashSet<>();
    final Set<Long> inTheWay = new HashSet<>();
    long bar;
    boolean barOn = true;

    /** Where the window is, or −1. */
    long placed;

    Party(int id, boolean vm, Quota quota, long bar) {
      this.id = id;
      this.vm = vm;
      this.quota = quota;
      this.bar = bar;
      this.placed = bar;
    }

    /** Pages of the window that are taken; the first is the mailbox. */
    BitSet taken() {
      BitSet taken = new BitSet();
      taken.set(0);
      for (Side side : sides.values()) {
        taken.set(side.page, side.page + side.channel.pages());
      }
      return taken;
    }

    /** The first page of the smallest gap that is large enough, the lowest of them, or −1. */
    int bestFit(int pages) {
      BitSet taken = taken();
      int best = -1;
      int bestLength = Integer.MAX_VALUE;
      for (int at = 1; at < PAGES; at++) {
        if (taken.get(at) || !taken.get(at - 1)) {
          continue;
        }
        int end = at;
        while (end < PAGES && !taken.get(end)) {
          end++;
        }
        if (end - at >= pages && end - at < bestLength) {
          best = at;
          bestLength = end - at;
        }
      }
      return best;
    }

    /** Where a channel of that many pages would go, or −1 if it can't. */
    int room(int pages) {
      int first = bestFit(pages);
      if (first < 0 || placed < 0) {
        return first;
      }
      for (int page = first; page < first + pages; page++) {
        if (inTheWay.contains(placed + page * PAGE)) {
          return -1;
        }
      }
      return first;
    }

    /** What the bridge does after each write to its configuration. */
    void settle(long from, long to) {
      long wanted = barOn ? bar : -1;
      if (placed != wanted) {
        placed = -1;
      }
      BitSet taken = taken();
      if (placed < 0
          && wanted >= from
          && wanted + PAGES * PAGE <= to
          && taken.stream().noneMatch(page -> inTheWay.contains(wanted + page * PAGE))) {
        placed = wanted;
      }
    }
  }

  /** A channel, as long as anybody has joined it. */
  static final class Chan {
    final ChannelId id;
    final long generation;
    final Layout layout;
    final int size;
    final int sections;
    final int sectionSize;
    ChannelState state = ChannelState.LIVE;

    /** Who has joined, the publisher too. */
    final List<Side> sides = new ArrayList<>();

    /** What the last word of each page holds. */
    final long[] words;

    final int[] joined;

    Chan(ChannelId id, long generation, Shape shape) {
      this.id = id;
      this.generation = generation;
      this.layout = shape.layout();
      this.size = (int) (shape.size() / PAGE);
      this.sections = shape.sections();
      this.sectionSize = (int) (shape.sectionSize() / PAGE);
      this.words = new long[pages()];
      this.joined = new int[sections];
    }

    int pages() {
      return layout == Layout.RAW ? size : 1 + size + sections * sectionSize;
    }

    /** Which section a page of a sectioned channel is in, −1 for the header. */
    int sectionOf(int page) {
      return page == 0 ? -1 : page <= size ? 0 : 1 + (page - 1 - size) / sectionSize;
    }

    @Nullable Side publisher() {
      return sides.stream().filter(side -> side.publishes).findFirst().orElse(null);
    }

    @Nullable Side of(Party party) {
      return sides.stream().filter(side -> side.party == party).findFirst().orElse(null);
    }

    @Nullable Side owner(int section) {
      return sides.stream().filter(side -> side.section == section).findFirst().orElse(null);
    }

    int freeSection() {
      for (int section = 1; section <= sections; section++) {
        if (owner(section) == null) {
          return section;
        }
      }
      return -1;
    }
  }

  /** One party in one channel. */
  static final class Side {
    final Party party;
    final Chan channel;
    final boolean publishes;
    final Grant grant;
    final int handle;
    final int section;
    final int page;
    boolean joined = true;

    /** When the bell rang that waits, or −1. */
    long rang = -1;

    Side(Party party, Chan channel, Grant grant, int handle, int section, int page) {
      this.party = party;
      this.channel = channel;
      this.publishes = grant instanceof Grant.Publish;
      this.grant = grant;
      this.handle = handle;
      this.section = section;
      this.page = page;
    }

    boolean mayWrite(int channelPage) {
      if (channel.layout == Layout.RAW) {
        return publishes || ((Grant.Subscribe) grant).write();
      }
      return section >= 0 && channel.sectionOf(channelPage) == section;
    }
  }

  /** From a side to one of its peers: nanoseconds' worth of tokens, and a ring that waits. */
  static final class Bell {
    Side from;
    final Side to;
    final long interval;
    final long full;
    long tokens;
    long filled;
    long due = -1;

    Bell(Side from, Side to, DoorbellRate rate, long now) {
      this.from = from;
      this.to = to;
      this.interval = 1_000_000_000L / rate.perSecond();
      this.full = interval * rate.burst();
      this.tokens = full;
      this.filled = now;
    }

    boolean take(long now) {
      tokens = Math.min(full, tokens + now - filled);
      filled = now;
      if (tokens < interval) {
        return false;
      }
      tokens -= interval;
      return true;
    }
  }

  private final List<Grant> grants;
  final List<Party> parties = new ArrayList<>();
  final List<Chan> channels = new ArrayList<>();
  final List<Side> sidesEver = new ArrayList<>();
  private final List<Bell> bells = new ArrayList<>();
  long youngest;
  long rings;
  long delivered;
  long coalesced;
  long delayed;
  long dropped;

  ChannelModel(List<Grant> grants) {
    this.grants = grants;
  }

  Party party(int id) {
    return parties.get(id - 1);
  }

  Grant.@Nullable Publish publishGrant(int endpoint, long key) {
    for (Grant grant : grants) {
      if (grant instanceof Grant.Publish its
          && its.endpoint() == endpoint
          && its.firstKey() <= key
          && key <= its.lastKey()) {
        return its;
      }
    }
    return null;
  }

  Grant.@Nullable Subscribe subscribeGrant(int endpoint, ChannelId id) {
    for (Grant grant : grants) {
      if (grant instanceof Grant.Subscribe its
          && its.endpoint() == endpoint
          && its.publisher() == id.publisher()
          && its.firstKey() <= id.key()
          && id.key() <= its.lastKey()) {
        return its;
      }
    }
    return null;
  }

  @Nullable Chan live(ChannelId id) {
    for (Chan channel : channels) {
      if (channel.id.equals(id) && channel.state == ChannelState.LIVE) {
        return channel;
      }
    }
    return null;
  }

  int publishedChannels(Party party) {
    return (int) channels.stream().filter(each -> each.id.publisher() == party.id).count();
  }

  long publishedBytes(Party party) {
    return channels.stream()
        .filter(each -> each.id.publisher() == party.id)
        .mapToLong(each -> each.pages() * PAGE)
        .sum();
  }

  Status mayPublish(Party party, long key, Shape shape, boolean noMemory) {
    Grant.@Nullable Publish grant = publishGrant(party.id, key);
    Chan wanted = new Chan(new ChannelId(party.id, key), 0, shape);
    long bytes = wanted.pages() * PAGE;
    if (grant == null) {
      return Status.NOT_GRANTED;
    } else if (grant.layout() != null && grant.layout() != shape.layout()) {
      return Status.BAD_LAYOUT;
    } else if (bytes > grant.maxSize()) {
      return Status.BAD_SIZE;
    } else if (live(wanted.id) != null) {
      return Status.ALREADY_PUBLISHED;
    } else if (publishedChannels(party) == party.quota.channels()) {
      return Status.TOO_MANY_CHANNELS;
    } else if (publishedBytes(party) + bytes > party.quota.bytes()) {
      return Status.TOO_MANY_BYTES;
    } else if (noMemory) {
      return Status.NO_MEMORY;
    }
    return party.vm && party.room(wanted.pages()) < 0 ? Status.WINDOW_FULL : Status.DONE;
  }

  Side published(Party party, long key, Shape shape, int handle, long generation) {
    Chan channel = new Chan(new ChannelId(party.id, key), generation, shape);
    Grant.Publish grant = Objects.requireNonNull(publishGrant(party.id, key));
    Side side = joined(new Side(party, channel, grant, handle, 0, party.room(channel.pages())));
    channels.add(channel);
    youngest = generation;
    for (Party watcher : parties) {
      if (watcher.watched.contains(channel.id)) {
        watcher.events.add(publication(channel));
      }
    }
    return side;
  }

  private static Event publication(Chan channel) {
    return new Event(
        Event.Kind.PUBLISHED, 0, channel.id.publisher(), channel.id.key(), channel.generation, 0);
  }

  private Side joined(Side side) {
    side.channel.sides.add(side);
    side.party.sides.put(side.handle, side);
    side.party.handlesOfThisRun.add(side.handle);
    sidesEver.add(side);
    return side;
  }

  Status maySubscribe(Party party, ChannelId id) {
    Grant.@Nullable Subscribe grant = subscribeGrant(party.id, id);
    if (grant == null) {
      return Status.NOT_GRANTED;
    }
    Chan channel = live(id);
    if (channel == null) {
      return Status.NO_SUCH_CHANNEL;
    } else if (channel.of(party) != null) {
      return Status.ALREADY_SUBSCRIBED;
    } else if (channel.layout == Layout.SECTIONED && grant.write() && channel.freeSection() < 0) {
      return Status.NO_SECTION;
    }
    return party.vm && party.room(channel.pages()) < 0 ? Status.WINDOW_FULL : Status.DONE;
  }

  Side subscribed(Party party, ChannelId id, int handle, long now) {
    Chan channel = Objects.requireNonNull(live(id));
    Grant.Subscribe grant = Objects.requireNonNull(subscribeGrant(party.id, id));
    int section = channel.layout == Layout.SECTIONED && grant.write() ? channel.freeSection() : -1;
    Side publisher = Objects.requireNonNull(channel.publisher());
    Side side =
        joined(new Side(party, channel, grant, handle, section, party.room(channel.pages())));
    if (section > 0) {
      channel.joined[section - 1]++;
      for (int page = 0; page < channel.pages(); page++) {
        if (channel.sectionOf(page) == section) {
          channel.words[page] = 0;
        }
      }
    }
    if (grant.doorbell() != null) {
      Bell before = bellOf(party, publisher);
      if (before != null) {
        before.from = side; // with the tokens that are left
      } else {
        bells.add(new Bell(side, publisher, grant.doorbell(), now));
      }
      if (publisher.grant.doorbell() != null) {
        bells.add(new Bell(publisher, side, publisher.grant.doorbell(), now));
      }
    }
    tell(publisher, Event.Kind.PEER_JOINED, party.id);
    return side;
  }

  /** By which this party has rung that publisher before. */
  private @Nullable Bell bellOf(Party party, Side publisher) {
    for (Bell bell : bells) {
      if (bell.from.party == party && bell.to == publisher) {
        return bell;
      }
    }
    return null;
  }

  private static void tell(Side side, Event.Kind kind, int peer) {
    side.party.events.add(
        new Event(kind, side.handle, peer, side.channel.id.key(), side.channel.generation, 0));
  }

  /** The party's oldest or newest side of a channel of this id. */
  static @Nullable Side side(Party party, ChannelId id, boolean oldest) {
    Comparator<Side> byAge = Comparator.comparingLong(side -> side.channel.generation);
    return party.sides.values().stream()
        .filter(side -> side.channel.id.equals(id))
        .min(oldest ? byAge : byAge.reversed())
        .orElse(null);
  }

  Status mayLeave(Party party, @Nullable Side side, boolean publisher) {
    boolean its = side != null && side.joined && side.party == party && side.publishes == publisher;
    return its ? Status.DONE : Status.BAD_HANDLE;
  }

  void leave(Side side, ChannelState next) {
    Chan channel = side.channel;
    if (side.publishes) {
      channel.state = next;
      for (Side other : channel.sides) {
        if (other != side) {
          boolean died = next == ChannelState.ORPHANED;
          tell(other, died ? Event.Kind.ORPHANED : Event.Kind.WITHDRAWN, side.party.id);
        }
      }
    }
    side.joined = false;
    side.rang = -1;
    channel.sides.remove(side);
    side.party.sides.remove(side.handle);
    Side publisher = channel.publisher();
    if (publisher != null) {
      tell(publisher, Event.Kind.PEER_LEFT, side.party.id);
    }
    if (channel.sides.isEmpty()) {
      channels.remove(channel);
    }
  }

  void kill(Party party) {
    for (Side side : List.copyOf(party.sides.values())) {
      leave(side, ChannelState.ORPHANED);
    }
    party.watched.clear();
    party.events.clear();
    party.handlesOfThisRun.clear();
  }

  Status ring(Party party, Side side, int target, long now) {
    if (side.party != party) {
      return Status.BAD_HANDLE;
    } else if (side.grant.doorbell() == null) {
      return Status.NOT_GRANTED;
    }
    boolean rang = false;
    for (Bell bell : bells) {
      if (bell.from == side
          && side.joined
          && bell.to.joined
          && (target == Endpoint.EVERY_PEER || target == bell.to.party.id)) {
        rang = true;
        rings++;
        if (bell.to.rang >= 0 || bell.due >= 0) {
          coalesced++;
        } else if (bell.take(now)) {
          deliver(bell, now);
        } else {
          bell.due = now + bell.interval - bell.tokens;
          delayed++;
        }
      }
    }
    return rang ? Status.DONE : Status.NOT_A_PEER;
  }

  private void deliver(Bell bell, long now) {
    bell.to.rang = now;
    delivered++;
  }

  /** Time goes on to here, at once. */
  void advance(long now) {
    bells.stream()
        .filter(bell -> bell.due >= 0 && bell.due <= now)
        .sorted(Comparator.comparingLong(bell -> bell.due))
        .forEach(
            bell -> {
              bell.due = -1;
              if (!bell.to.joined) {
                dropped++;
              } else if (bell.to.rang >= 0) {
                coalesced++;
              } else {
                bell.take(now);
                deliver(bell, now);
              }
            });
  }

  /** When the bell rang that is to be taken next, or −1; several may have rung at once. */
  static long oldestBell(Party party) {
    return party.sides.values().stream()
        .filter(side -> side.rang >= 0)
        .mapToLong(side -> side.rang)
        .min()
        .orElse(-1);
  }

  Status mayLookUp(Party party, ChannelId id) {
    boolean granted =
        id.publisher() == party.id
            ? publishGrant(party.id, id.key()) != null
            : subscribeGrant(party.id, id) != null;
    if (!granted) {
      return Status.NOT_GRANTED;
    }
    return found(party, id) == null ? Status.NO_SUCH_CHANNEL : Status.DONE;
  }

  @Nullable Chan found(Party party, ChannelId id) {
    Chan live = live(id);
    Side newest = side(party, id, false);
    return live != null ? live : newest == null ? null : newest.channel;
  }

  List<Long> listed(Party party) {
    return channels.stream()
        .filter(
            each ->
                each.of(party) != null
                    || (each.state == ChannelState.LIVE
                        && subscribeGrant(party.id, each.id) != null))
        .map(each -> each.generation)
        .sorted()
        .toList();
  }

  Status watch(Party party, ChannelId id) {
    if (subscribeGrant(party.id, id) == null) {
      return Status.NOT_GRANTED;
    }
    party.watched.add(id);
    Chan live = live(id);
    if (live != null) {
      party.events.add(publication(live));
    }
    return Status.DONE;
  }
}
