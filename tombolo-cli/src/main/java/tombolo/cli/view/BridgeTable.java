// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.util.List;
import java.util.Locale;
import tombolo.bridge.BridgeRow;

/** Bridges as a table of counters, of which {@code tombolo top} makes rates. */
final class BridgeTable {
  private static final List<String> COLUMNS =
      List.of(
          "topology",
          "channel",
          "direction",
          "host",
          "state",
          "nanos",
          "messages",
          "bytes",
          "resent",
          "duplicates",
          "gaps",
          "lost",
          "refused",
          "waits",
          "streams",
          "rtt us");

  private BridgeTable() {}

  static Table of(String file, List<BridgeRow> bridges, long nanos) {
    return new Table(COLUMNS, bridges.stream().map(bridge -> row(file, bridge, nanos)).toList());
  }

  private static List<String> row(String file, BridgeRow bridge, long nanos) {
    return List.of(
        file,
        bridge.channel(),
        bridge.outgoing() ? "to" : "from",
        bridge.hosts(),
        bridge.state(),
        Long.toString(nanos),
        Long.toString(bridge.messages()),
        Long.toString(bridge.bytes()),
        Long.toString(bridge.resent()),
        Long.toString(bridge.duplicates()),
        Long.toString(bridge.gaps()),
        Long.toString(bridge.lost()),
        Long.toString(bridge.refused()),
        Long.toString(bridge.backPressured()),
        Long.toString(bridge.streams()),
        bridge.roundTripNanos() == 0
            ? ""
            : String.format(Locale.ROOT, "%.1f", bridge.roundTripNanos() / 1e3));
  }
}
