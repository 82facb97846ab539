// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tombolo.ivc.DirectorySnapshot;
import tombolo.ivc.DirectorySnapshot.ChannelRow;
import tombolo.ivc.DirectorySnapshot.Side;
import tombolo.ivc.abi.ChannelState;

/** Looks at the channels of a directory and describes them for messages. */
final class ChannelTable {
  private ChannelTable() {}

  /** Whether a channel is live, has this name, and was joined by all of these. */
  static boolean isJoinedBy(ChannelRow channel, String name, List<String> members) {
    return name.equals(channel.name())
        && channel.state() == ChannelState.LIVE
        && channel.sides().stream().map(Side::name).toList().containsAll(members);
  }

  /** Returns a heading and a line for each channel. */
  static String describe(List<ChannelRow> channels) {
    return channels.isEmpty()
        ? "There is no channel."
        : channels.stream()
            .map(ChannelTable::describe)
            .collect(Collectors.joining("\n  ", "Channels:\n  ", ""));
  }

  private static String describe(ChannelRow channel) {
    String name = channel.name();
    return "%s of %s, %s, %d bytes, joined by %s"
        .formatted(
            name == null ? channel.id() : name,
            channel.publisher(),
            channel.state().name().toLowerCase(Locale.ROOT),
            channel.shape().total(),
            channel.sides().isEmpty()
                ? "nobody"
                : channel.sides().stream().map(Side::name).collect(Collectors.joining(", ")));
  }

  /** Whether a directory has no channel and no memory of one any more. */
  static boolean isEmpty(DirectorySnapshot directory) {
    return directory.channels().isEmpty() && directory.heldBytes() == 0;
  }
}
