// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import tombolo.ivc.DirectorySnapshot.ChannelRow;
import tombolo.ivc.DirectorySnapshot.Side;
import tombolo.ivc.abi.Role;
import tombolo.ring.RingSnapshot;
import tombolo.ring.axvisor.AxvisorLayout;
import tombolo.ring.axvisor.RegionSnapshot;

/**
 * Rings of messages in channels as a table of counters, of which {@code tombolo top} makes rates.
 */
final class RingTable {
  private static final List<String> COLUMNS =
      List.of(
          "topology",
          "channel",
          "publisher",
          "key",
          "generation",
          "reader",
          "format",
          "nanos",
          "messages",
          "bytes",
          "capacity",
          "waiting",
          "full %",
          "lost",
          "error");

  private final String file;
  private final long nanos;
  private final List<List<String>> rows = new ArrayList<>();

  private RingTable(String file, long nanos) {
    this.file = file;
    this.nanos = nanos;
  }

  /**
   * Makes a row for each reader: the subscriber and the publisher of one of AxVisor's regions, the
   * subscribers of other rings.
   */
  static Table of(String file, List<ChannelRow> channels, long nanos) {
    RingTable table = new RingTable(file, nanos);
    for (ChannelRow channel : channels) {
      switch (channel.ring()) {
        case RingSnapshot ring -> table.add(channel, ring);
        case RegionSnapshot region -> table.add(channel, region);
        case null -> {}
        default -> throw new IllegalStateException("no rows for " + channel.ring());
      }
    }
    return new Table(COLUMNS, table.rows);
  }

  private void add(ChannelRow channel, RingSnapshot ring) {
    if (ring.readers().isEmpty()) {
      add(channel, ring, "", 0, 0);
    }
    for (RingSnapshot.Reader reader : ring.readers()) {
      String name =
          channel.sides().stream()
              .filter(side -> side.section() == reader.number() + 1)
              .map(Side::name)
              .findFirst()
              .orElse("");
      add(channel, ring, name, reader.waiting(), reader.lost());
    }
  }

  private void add(ChannelRow channel, RingSnapshot ring, String reader, int waiting, long lost) {
    String format = ring.broadcast() ? "broadcast" : "spsc";
    Load load = new Load(ring.messages(), ring.bytes(), ring.capacity(), waiting);
    add(channel, reader, format, load, Long.toString(lost), "");
  }

  private void add(ChannelRow channel, RegionSnapshot region) {
    String subscribers =
        channel.sides().stream()
            .filter(side -> side.role() == Role.SUBSCRIBER)
            .map(Side::name)
            .collect(Collectors.joining(","));
    add(channel, region, subscribers, region.toSubscriber());
    add(channel, region, channel.publisher(), region.toPublisher());
  }

  /** Shows cells and slots as the bytes that they take. None of them is ever lost. */
  private void add(
      ChannelRow channel, RegionSnapshot region, String reader, RegionSnapshot.Ring ring) {
    AxvisorLayout layout = region.layout();
    int cell = layout.cellSize();
    String error =
        ring.error().map(e -> e.name().toLowerCase(Locale.ROOT).replace('_', ' ')).orElse("");
    String format = region.version() == 2 ? "v2" : "v3 " + layout.name().toLowerCase(Locale.ROOT);
    Load load =
        new Load(
            ring.messages(), ring.cells() * cell, layout.capacity() * cell, ring.waiting() * cell);
    add(channel, reader, format, load, "", error);
  }

  /** What is in a ring, in bytes, and what has been. */
  private record Load(long messages, long bytes, int capacity, int waiting) {}

  private void add(
      ChannelRow channel, String reader, String format, Load load, String lost, String error) {
    rows.add(
        List.of(
            file,
            Objects.requireNonNullElse(channel.name(), ""),
            channel.publisher(),
            "0x" + Long.toHexString(channel.id().key()),
            Long.toString(channel.generation()),
            reader,
            format,
            Long.toString(nanos),
            Long.toString(load.messages),
            Long.toString(load.bytes),
            Integer.toString(load.capacity),
            Integer.toString(load.waiting),
            String.format(Locale.ROOT, "%.1f", 100.0 * load.waiting / load.capacity),
            lost,
            error));
  }
}
