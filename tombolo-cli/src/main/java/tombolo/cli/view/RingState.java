// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.util.Optional;
import tombolo.ivc.DirectorySnapshot.ChannelRow;
import tombolo.ivc.DirectorySnapshot.Side;
import tombolo.ivc.abi.Role;
import tombolo.ring.RingSnapshot;
import tombolo.ring.RingView;
import tombolo.ring.axvisor.RegionSnapshot;

/**
 * What a member of a channel does in the ring of messages there, in a word or two, as far as an
 * onlooker can tell: whether a sender works or waits, and for what.
 */
final class RingState {
  static final String NO_READER = "no reader yet";
  static final String NO_ROOM = "waits for room";
  static final String SENDS = "sending";
  static final String NOT_JOINED = "not reading";
  static final String NO_MESSAGE = "waits for a message";
  static final String READS = "reading";

  private RingState() {}

  /** Returns the state of a member; empty if the host sees no ring. */
  static String of(ChannelRow channel, Side side) {
    RingView ring = channel.ring();
    boolean publisher = side.role() == Role.PUBLISHER;
    return switch (ring) {
      case RingSnapshot messages ->
          publisher ? ofWriter(messages) : ofReader(messages, side.section() - 1);
      case RegionSnapshot region -> publisher ? ofWriter(channel, region) : ofReader(region);
      case null, default -> "";
    };
  }

  private static String ofWriter(RingSnapshot ring) {
    if (ring.readers().isEmpty()) {
      return NO_READER;
    }
    return ring.sleeping() ? NO_ROOM : SENDS;
  }

  private static String ofReader(RingSnapshot ring, int number) {
    Optional<RingSnapshot.Reader> reader =
        ring.readers().stream().filter(each -> each.number() == number).findFirst();
    return reader.map(each -> each.waiting() == 0 ? NO_MESSAGE : READS).orElse(NOT_JOINED);
  }

  /** The direction to the subscriber; {@code tombolo top} shows both. */
  private static String ofWriter(ChannelRow channel, RegionSnapshot region) {
    if (channel.sides().stream().noneMatch(side -> side.role() == Role.SUBSCRIBER)) {
      return NO_READER;
    }
    return region.toSubscriber().waiting() == region.layout().capacity() ? NO_ROOM : SENDS;
  }

  private static String ofReader(RegionSnapshot region) {
    return region.toSubscriber().waiting() == 0 ? NO_MESSAGE : READS;
  }
}
