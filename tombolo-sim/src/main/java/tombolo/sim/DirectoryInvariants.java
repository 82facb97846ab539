// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.DirectorySnapshot;
import tombolo.ivc.DirectorySnapshot.ChannelRow;
import tombolo.ivc.DirectorySnapshot.EndpointRow;
import tombolo.ivc.DirectorySnapshot.Side;
import tombolo.ivc.abi.Shape;

/**
 * What is true of a directory of channels between any two steps of a run: what one part of it says
 * agrees with the others.
 */
final class DirectoryInvariants {
  private DirectoryInvariants() {}

  /**
   * Returns which invariant is broken, in words; null if none is.
   *
   * @param stopped names of the VMs that have stopped
   */
  static @Nullable String broken(DirectorySnapshot directory, Set<String> stopped) {
    TreeMap<Integer, Integer> joined = new TreeMap<>();
    TreeMap<String, Long> bytes = new TreeMap<>();
    long held = 0;
    for (ChannelRow channel : directory.channels()) {
      channel.sides().forEach(side -> joined.merge(side.endpoint(), 1, Integer::sum));
      bytes.merge(channel.publisher(), channel.shape().total(), Long::sum);
      held += channel.shape().total();
      if (hasTwoOfOneSection(channel.sides())) {
        return "two members of channel %s write to one section".formatted(channel.id());
      }
    }
    for (EndpointRow endpoint : directory.endpoints()) {
      String wrong =
          broken(
              endpoint,
              joined.getOrDefault(endpoint.id(), 0),
              bytes.getOrDefault(endpoint.name(), 0L),
              stopped.contains(endpoint.name()));
      if (wrong != null) {
        return endpoint.name() + " " + wrong;
      }
    }
    if (directory.heldBytes() < held) {
      return "channels have %d bytes, but the directory holds %d"
          .formatted(held, directory.heldBytes());
    }
    long become = directory.delivered() + directory.coalesced() + directory.dropped();
    return become > directory.rings()
        ? "%d rings have become %d".formatted(directory.rings(), become)
        : null;
  }

  private static boolean hasTwoOfOneSection(List<Side> sides) {
    Set<Integer> sections = new TreeSet<>();
    for (Side side : sides) {
      if (side.writable() && side.section() != Shape.NO_SECTION && !sections.add(side.section())) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable String broken(
      EndpointRow endpoint, int joined, long bytes, boolean stopped) {
    if (endpoint.joined() != joined) {
      return "has joined %d channels, of which %d know".formatted(endpoint.joined(), joined);
    }
    if (endpoint.publishedBytes() < bytes) {
      return "has published %d bytes, of which %d are on its account"
          .formatted(bytes, endpoint.publishedBytes());
    }
    if (endpoint.publishedBytes() > endpoint.quota().bytes()
        || endpoint.publishedChannels() > endpoint.quota().channels()) {
      return "is over its quota";
    }
    return stopped && endpoint.joined() > 0
        ? "has stopped and is still in %d channels".formatted(endpoint.joined())
        : null;
  }
}
