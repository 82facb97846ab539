// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The host of a topology, as the bridges of other hosts see it.
 *
 * @param name 1 to 32 of {@code a-z A-Z 0-9 - _}
 * @param line of the file, from 1
 * @param address where other hosts reach it
 * @param aeron directory of a media driver that runs already; null: one is started
 * @param networkInterface the interface for multicast, as Aeron writes it; null: the system's
 *     choice
 * @param mtu bytes of the largest datagram, from {@link #LEAST_MTU} to {@link #MOST_MTU}, a
 *     multiple of 32
 * @param resolver how names of hosts are found without an address; null: not at all
 */
public record HostSpec(
    String name,
    int line,
    SocketAddressSpec address,
    @Nullable Path aeron,
    @Nullable String networkInterface,
    int mtu,
    @Nullable Resolver resolver) {
  /** Aeron's default, which fits into an Ethernet frame with any headers. */
  public static final int LEAST_MTU = 1_408;

  /** The longest datagram that Aeron sends. */
  public static final int MOST_MTU = 65_504;

  /**
   * Aeron's name resolver: media drivers tell each other the names of their hosts.
   *
   * @param address where this host's driver listens for the others
   * @param neighbors drivers that it asks first, separated by commas as Aeron wants them
   */
  public record Resolver(SocketAddressSpec address, String neighbors) {}
}
