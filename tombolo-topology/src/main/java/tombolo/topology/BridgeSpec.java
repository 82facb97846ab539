// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a channel continues on other hosts. */
public sealed interface BridgeSpec {
  /** The id of the first bridge's endpoint; no VM has such an id. */
  int FIRST_ID = 0x1_0000;

  /** The most hosts that a channel goes to. */
  int MOST_HOSTS = 64;

  /**
   * Returns the endpoint's id in the directory.
   *
   * @param position the channel's in the topology, from 0
   */
  static int idAt(int position) {
    return FIRST_ID + position;
  }

  /** Returns the group address that carries the stream; null if each host gets it by itself. */
  @Nullable SocketAddressSpec multicast();

  /**
   * A VM here publishes, and the ring goes to other hosts. The bridge is a subscriber.
   *
   * @param hosts their names, 1 to 64
   */
  record To(List<String> hosts, @Nullable SocketAddressSpec multicast) implements BridgeSpec {
    /** Copies the list. */
    public To {
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * A VM of another host publishes. The bridge is the publisher here.
   *
   * @param host the other host's name
   * @param lossy whether the publisher does not wait for this host, which then misses messages
   */
  record From(String host, boolean lossy, @Nullable SocketAddressSpec multicast)
      implements BridgeSpec {}
}
