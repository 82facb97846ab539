// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Shape;
import tombolo.memory.HostMemoryException;

/**
 * The channels of a directory, their memory, and who watches for which. Guarded by the directory's
 * lock.
 */
final class ChannelTable {
  final MemoryPool pool;
  private final Map<ChannelId, Channel> live = new LinkedHashMap<>();
  private final NavigableMap<Long, Channel> byGeneration = new TreeMap<>();

  /** By channel, then by id: watchers are told in the order of their ids. */
  private final Map<ChannelId, NavigableSet<Endpoint>> watchers = new LinkedHashMap<>();

  private long lastGeneration;

  ChannelTable(MemoryPool pool) {
    this.pool = pool;
  }

  /** Returns the channel that can be joined by this id, or null. */
  @Nullable Channel live(ChannelId id) {
    return live.get(id);
  }

  /** Returns the first channel that is younger than this generation, or null. */
  @Nullable Channel after(long generation) {
    Map.Entry<Long, Channel> next = byGeneration.higherEntry(generation);
    return next == null ? null : next.getValue();
  }

  /** Returns all channels by generation. */
  Collection<Channel> all() {
    return byGeneration.values();
  }

  /**
   * Makes a channel of zeroed memory that nobody knows of and nobody pays for yet. Any thread, and
   * without the directory's lock: the host may take its time.
   *
   * @throws HostMemoryException if the host gives no memory
   */
  Channel make(ChannelId id, @Nullable String name, Shape shape, Endpoint publisher) {
    return new Channel(id, name, shape, publisher, pool.allocate(shape.total()));
  }

  /** Returns the generation that the next publication gets. */
  long nextGeneration() {
    return lastGeneration + 1;
  }

  long lastGeneration() {
    return lastGeneration;
  }

  /** Sets the generation of the channel that was published last, in restored state. */
  void lastGeneration(long generation) {
    lastGeneration = generation;
  }

  /** Lets others find a channel, which was given the next generation; its publisher pays now. */
  void publish(Channel channel) {
    lastGeneration = channel.generation;
    channel.publisher.account.charge(channel.shape.total());
    live.put(channel.id, channel);
    byGeneration.put(channel.generation, channel);
  }

  /** Notes a restored channel, which is paid for and can be joined if it is live. */
  void restore(Channel channel) {
    byGeneration.put(channel.generation, channel);
    if (channel.state == ChannelState.LIVE) {
      live.put(channel.id, channel);
    }
  }

  /** Takes a channel out of what can be joined. */
  void withdraw(Channel channel) {
    live.remove(channel.id, channel);
  }

  /** Forgets a channel whose memory is free again, and refunds who paid for it. */
  void forget(Channel channel) {
    live.remove(channel.id, channel);
    byGeneration.remove(channel.generation);
    channel.publisher.account.refund(channel.shape.total());
  }

  void watch(ChannelId id, Endpoint watcher) {
    watchers
        .computeIfAbsent(id, _ -> new TreeSet<>(Comparator.comparingInt(Endpoint::id)))
        .add(watcher);
  }

  void unwatch(ChannelId id, Endpoint watcher) {
    watchers.computeIfPresent(
        id,
        (_, all) -> {
          all.remove(watcher);
          return all.isEmpty() ? null : all;
        });
  }

  /** Returns the endpoints that watch for a channel, by id. */
  List<Endpoint> watchersOf(ChannelId id) {
    NavigableSet<Endpoint> all = watchers.get(id);
    return all == null ? List.of() : List.copyOf(all);
  }

  /** Returns how many channels anybody watches. */
  int watched() {
    return watchers.size();
  }
}
