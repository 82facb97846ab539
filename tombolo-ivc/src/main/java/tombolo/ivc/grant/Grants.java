// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.grant;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;

/** All grants of a directory, by endpoint and by key. Immutable. */
public final class Grants {
  private final Map<Integer, NavigableMap<Long, Grant.Publish>> publish = new LinkedHashMap<>();
  private final Map<Pair, NavigableMap<Long, Grant.Subscribe>> subscribe = new LinkedHashMap<>();
  private final Map<String, ChannelId> names = new LinkedHashMap<>();

  private record Pair(int subscriber, int publisher) {}

  /**
   * Makes a set of these grants and no others.
   *
   * @throws IllegalArgumentException if two grants of one endpoint are about the same keys, or two
   *     channels have the same name
   */
  public Grants(Collection<? extends Grant> grants) {
    for (Grant grant : grants) {
      switch (grant) {
        case Grant.Publish its -> {
          put(publish.computeIfAbsent(its.endpoint(), _ -> new TreeMap<>()), its);
          if (its.name() != null
              && names.put(its.name(), new ChannelId(its.endpoint(), its.firstKey())) != null) {
            throw new IllegalArgumentException("two channels are called " + its.name());
          }
        }
        case Grant.Subscribe its ->
            put(
                subscribe.computeIfAbsent(
                    new Pair(its.endpoint(), its.publisher()), _ -> new TreeMap<>()),
                its);
      }
    }
  }

  /** Returns these grants and no others. */
  public static Grants of(Grant... grants) {
    return new Grants(List.of(grants));
  }

  private static <G extends Grant> void put(NavigableMap<Long, G> byKey, G grant) {
    G before = floor(byKey, last(grant));
    if (before != null && last(before) >= first(grant)) {
      throw new IllegalArgumentException(
          "two grants for the same keys: %s and %s".formatted(before, grant));
    }
    byKey.put(first(grant), grant);
  }

  private static long first(Grant grant) {
    return switch (grant) {
      case Grant.Publish its -> its.firstKey();
      case Grant.Subscribe its -> its.firstKey();
    };
  }

  private static long last(Grant grant) {
    return switch (grant) {
      case Grant.Publish its -> its.lastKey();
      case Grant.Subscribe its -> its.lastKey();
    };
  }

  private static <G> @Nullable G floor(@Nullable NavigableMap<Long, G> byKey, long key) {
    Map.Entry<Long, G> entry = byKey == null ? null : byKey.floorEntry(key);
    return entry == null ? null : entry.getValue();
  }

  /** Returns the grant by which an endpoint may publish this key, or null. */
  public Grant.@Nullable Publish toPublish(int endpoint, long key) {
    Grant.Publish grant = floor(publish.get(endpoint), key);
    return grant != null && grant.lastKey() >= key ? grant : null;
  }

  /** Returns the grant by which an endpoint may subscribe to this channel, or null. */
  public Grant.@Nullable Subscribe toSubscribe(int endpoint, ChannelId channel) {
    Grant.Subscribe grant =
        floor(subscribe.get(new Pair(endpoint, channel.publisher())), channel.key());
    return grant != null && grant.lastKey() >= channel.key() ? grant : null;
  }

  /** Returns the channel of this name, published or not; null if none may have it. */
  public @Nullable ChannelId named(String name) {
    return names.get(name);
  }
}
