// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.wire.Frame;
import tombolo.topology.HostSpec;
import tombolo.topology.SocketAddressSpec;

/** Aeron's channels and streams for the bridges of a host. */
final class Uris {
  /**
   * Bytes of a term of a stream. A stream has three, and its sender may be half a term ahead. The
   * ring is the buffer that counts, so terms can be small.
   */
  static final int TERM_LENGTH = 1 << 22;

  private static final int STATUS_TERM_LENGTH = 1 << 16;
  private static final String SLOWEST_RECEIVER = "min";

  private Uris() {}

  /**
   * Returns the stream that a channel's messages take.
   *
   * @param host the sender's
   */
  static int dataStream(String host, String channel) {
    return stream("data/" + host + "/" + channel);
  }

  /**
   * Returns the stream of all statuses for a host.
   *
   * @param host the sender's, which receives them
   */
  static int statusStream(String host) {
    return stream("status/" + host);
  }

  private static int stream(String name) {
    int id = (int) (Frame.hash(name) >>> 32) & Integer.MAX_VALUE;
    return id == 0 ? 1 : id;
  }

  private static ChannelUriStringBuilder at(SocketAddressSpec address) {
    ChannelUriStringBuilder uri = new ChannelUriStringBuilder();
    return address.isIpc()
        ? uri.media(CommonContext.IPC_MEDIA)
        : uri.media(CommonContext.UDP_MEDIA).endpoint(address.toString());
  }

  /** Returns where something from other hosts arrives. */
  static String listen(HostSpec host, @Nullable SocketAddressSpec multicast) {
    if (multicast == null) {
      return at(host.address()).build();
    }
    return at(multicast).networkInterface(host.networkInterface()).build();
  }

  /** Returns where statuses for a host go. */
  static String status(SocketAddressSpec remote) {
    return at(remote).termLength(STATUS_TERM_LENGTH).build();
  }

  /**
   * Returns where a channel's messages go.
   *
   * @param destinations of several remotes; the result then names none of them
   */
  static String data(
      HostSpec host, List<SocketAddressSpec> destinations, @Nullable SocketAddressSpec multicast) {
    if (multicast != null) {
      return at(multicast)
          .networkInterface(host.networkInterface())
          .flowControl(SLOWEST_RECEIVER)
          .termLength(TERM_LENGTH)
          .mtu(host.mtu())
          .build();
    }
    if (destinations.size() == 1) {
      return at(destinations.getFirst()).termLength(TERM_LENGTH).mtu(host.mtu()).build();
    }
    return new ChannelUriStringBuilder()
        .media(CommonContext.UDP_MEDIA)
        .controlMode(CommonContext.MDC_CONTROL_MODE_MANUAL)
        .flowControl(SLOWEST_RECEIVER)
        .termLength(TERM_LENGTH)
        .mtu(host.mtu())
        .build();
  }

  /** Returns the copies of a stream that goes to several hosts, each by itself. */
  static List<String> copies(
      List<SocketAddressSpec> destinations, @Nullable SocketAddressSpec multicast) {
    return multicast != null || destinations.size() == 1
        ? List.of()
        : destinations.stream().map(address -> at(address).build()).toList();
  }
}
