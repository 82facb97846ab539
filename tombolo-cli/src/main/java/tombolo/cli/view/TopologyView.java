// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import tombolo.bridge.Bridges;
import tombolo.ivc.DirectorySnapshot;
import tombolo.ivc.DirectorySnapshot.ChannelRow;
import tombolo.ivc.DirectorySnapshot.EndpointRow;
import tombolo.ivc.DirectorySnapshot.Side;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Shape;
import tombolo.machine.Vm;
import tombolo.machine.net.NetworkStatistics;
import tombolo.topology.run.RunningVm;
import tombolo.topology.run.TopologyRun;

/**
 * A running topology as tables, for {@code tombolo ps}, {@code channels} and {@code top}. Any
 * thread.
 */
public final class TopologyView {
  private static final List<String> PS =
      List.of(
          "topology",
          "vm",
          "id",
          "state",
          "vcpus",
          "memory mib",
          "up s",
          "restarts",
          "joined",
          "published",
          "published bytes",
          "refused");

  private final String file;
  private final TopologyRun run;
  private final Bridges bridges;

  /** Shows a run, with its bridges, under the name of its file. */
  public TopologyView(String file, TopologyRun run, Bridges bridges) {
    this.file = file;
    this.run = run;
    this.bridges = bridges;
  }

  /** Returns the table {@code ps} of no VM. */
  static Table noVms() {
    return new Table(PS, List.of());
  }

  /**
   * Returns the table of this name: ps, channels, top, rings or bridges.
   *
   * @throws IllegalArgumentException if there is no such table
   */
  Table table(String name) {
    return switch (name) {
      case "ps" -> ps();
      case "channels" -> channels();
      case "top" -> top();
      case "rings" -> RingTable.of(file, run.directory().snapshot().channels(), now());
      case "bridges" -> BridgeTable.of(file, bridges.rows(), now());
      default -> throw new IllegalArgumentException("no table " + name);
    };
  }

  private long now() {
    return run.host().clock().nanos();
  }

  private Table ps() {
    DirectorySnapshot snapshot = run.directory().snapshot();
    List<List<String>> rows = new ArrayList<>();
    for (RunningVm vm : run.vms()) {
      EndpointRow endpoint =
          snapshot.endpoints().stream()
              .filter(row -> row.id() == vm.spec().id())
              .findFirst()
              .orElse(null);
      rows.add(
          List.of(
              file,
              vm.name(),
              number(vm.spec().id()),
              vm.vm().state().name().toLowerCase(Locale.ROOT),
              number(vm.spec().vcpus()),
              number(vm.spec().memory() >> 20),
              String.format(Locale.ROOT, "%.1f", vm.upNanos() / 1e9),
              number(vm.restarts()),
              endpoint == null ? "" : number(endpoint.joined()),
              endpoint == null ? "" : number(endpoint.publishedChannels()),
              endpoint == null ? "" : number(endpoint.publishedBytes()),
              endpoint == null ? "" : number(endpoint.refused())));
    }
    return new Table(PS, rows);
  }

  private Table channels() {
    List<List<String>> rows = new ArrayList<>();
    for (ChannelRow channel : run.directory().snapshot().channels()) {
      for (Side side : channel.sides()) {
        ChannelId id = channel.id();
        rows.add(
            List.of(
                Objects.requireNonNullElse(channel.name(), ""),
                channel.publisher(),
                "0x" + Long.toHexString(id.key()),
                number(channel.generation()),
                channel.state().name().toLowerCase(Locale.ROOT),
                channel.shape().layout().name().toLowerCase(Locale.ROOT),
                number(channel.shape().total()),
                side.name(),
                side.role().name().toLowerCase(Locale.ROOT),
                access(channel.shape(), side),
                RingState.of(channel, side),
                gpa(side.gpa()),
                number(side.received()),
                number(side.delivered()),
                micros(side.p50Nanos()),
                micros(side.p99Nanos())));
      }
    }
    return new Table(
        List.of(
            "channel",
            "publisher",
            "key",
            "generation",
            "state",
            "layout",
            "bytes",
            "member",
            "role",
            "access",
            "ring",
            "gpa",
            "rings",
            "bells",
            "p50 us",
            "p99 us"),
        rows);
  }

  private static String access(Shape shape, Side side) {
    if (!side.writable()) {
      return "read";
    }
    return shape.layout() == Layout.RAW ? "read-write" : "section " + side.section();
  }

  /** Counters, of which the reader makes rates. */
  private Table top() {
    DirectorySnapshot snapshot = run.directory().snapshot();
    List<List<String>> rows = new ArrayList<>();
    for (RunningVm running : run.vms()) {
      Vm vm = running.vm();
      List<Side> sides =
          snapshot.channels().stream()
              .flatMap(channel -> channel.sides().stream())
              .filter(side -> side.endpoint() == running.spec().id())
              .toList();
      rows.add(
          List.of(
              file,
              running.name(),
              vm.state().name().toLowerCase(Locale.ROOT),
              number(now()),
              number(vm.statistics().retiredInstructions()),
              number(vm.statistics().exits().values().stream().mapToLong(Long::longValue).sum()),
              number(sides.stream().mapToLong(Side::received).sum()),
              number(sides.stream().mapToLong(Side::delivered).sum()),
              micros(sides.stream().mapToLong(Side::p50Nanos).max().orElse(0)),
              micros(sides.stream().mapToLong(Side::p99Nanos).max().orElse(0)),
              number(
                  running.networks().stream().mapToLong(net -> net.sent() + net.received()).sum()),
              number(running.networks().stream().mapToLong(NetworkStatistics::dropped).sum())));
    }
    return new Table(
        List.of(
            "topology",
            "vm",
            "state",
            "nanos",
            "instructions",
            "exits",
            "rings",
            "bells",
            "p50 us",
            "p99 us",
            "packets",
            "drops"),
        rows);
  }

  private static String gpa(OptionalLong gpa) {
    return gpa.isPresent() ? "0x" + Long.toHexString(gpa.getAsLong()) : "";
  }

  private static String number(long value) {
    return Long.toString(value);
  }

  private static String micros(long nanos) {
    return nanos == 0 ? "" : String.format(Locale.ROOT, "%.1f", nanos / 1e3);
  }
}
