// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlTable;
import tombolo.topology.ChannelSpec;
import tombolo.topology.HostSpec;
import tombolo.topology.NetworkSpec;
import tombolo.topology.PhysicalMemory;
import tombolo.topology.Platform;
import tombolo.topology.RemoteSpec;
import tombolo.topology.SimulationSpec;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;

/** Reads topology files; docs/topology.md has the format. */
public final class TopologyFile {
  private static final String PREPARE = "prepare";
  private static final List<String> KEYS =
      List.of(
          "vm",
          "channel",
          "network",
          HostReader.HOST,
          HostReader.REMOTE,
          SimulationReader.SIMULATION,
          PREPARE);

  private final Path file;
  private final VmReader vmReader;
  private final Mistakes mistakes;
  private final Map<String, Section> tables = new LinkedHashMap<>();

  private TopologyFile(Path file, List<Platform> platforms, LongSupplier hostMemory) {
    this.file = file;
    vmReader = new VmReader(file, platforms, hostMemory);
    mistakes = new Mistakes(file.toString());
  }

  /**
   * Reads a file and checks all of it.
   *
   * @param platforms what can run VMs, the default first; at least one
   * @param hostMemory bytes of memory that the host has; asked only if a VM says how much it wants
   * @throws TopologyException with all mistakes in it
   */
  public static Topology read(Path file, List<Platform> platforms, LongSupplier hostMemory) {
    TopologyFile topology = new TopologyFile(file, platforms, hostMemory);
    return topology.read(SourceText.read(file, topology.mistakes));
  }

  /**
   * Reads a file for what this machine has, and checks all of it.
   *
   * @throws TopologyException with all mistakes in it
   */
  public static Topology read(Path file) {
    return read(file, Platform.all(), PhysicalMemory::totalBytes);
  }

  /**
   * Parses {@code text} and checks all of it, for what this machine has.
   *
   * @param file names it in messages and need not exist; paths in the text are relative to it
   * @throws TopologyException with all mistakes in it
   */
  public static Topology parse(String text, Path file) {
    return new TopologyFile(file, Platform.all(), PhysicalMemory::totalBytes)
        .read(SourceText.of(text));
  }

  private Topology read(@Nullable SourceText source) {
    TomlText toml = source == null ? null : new TomlText(source, mistakes);
    TomlTable table = toml == null ? null : toml.parse();
    if (source == null || toml == null || table == null) {
      mistakes.throwIfAny();
      throw new IllegalStateException("unreadable without a mistake");
    }
    Mistakes inTables = new Mistakes(file.toString());
    Topology topology = topology(new Section(table, "", 1, source, inTables));
    // The parser merges a table that is there twice into the first one.
    inTables.inOrder().stream()
        .filter(mistake -> !toml.isInRepeatedTable(mistake.line()))
        .forEach(mistake -> mistakes.add(mistake.line(), mistake.key(), mistake.what()));
    mistakes.throwIfAny();
    return topology;
  }

  private Topology topology(Section root) {
    for (String key : root.keys()) {
      if (!KEYS.contains(key)) {
        String guess = Spelling.didYouMean(key, KEYS);
        root.wrong(
            key,
            "no such %s here%s"
                .formatted(
                    root.table().get(List.of(key)) instanceof TomlTable ? "table" : "key",
                    guess.isEmpty()
                        ? "; a topology file has tables [vm.NAME], [channel.NAME],"
                            + " [network.NAME], [host], [remote.NAME] and [simulation]"
                        : guess));
      }
    }
    Section vmTable = root.section("vm", "tables [vm.NAME]");
    if (!root.has("vm") || (vmTable != null && vmTable.table().isEmpty())) {
      mistakes.add(root.lineOf("vm"), "vm", "no VM in this file; add a table [vm.NAME]");
    }
    String prepare = root.string(PREPARE, "a string: the command to run first");
    List<NetworkSpec> networks = networks(root);
    NicReader nics = new NicReader(networks);
    List<String> names = vmTable == null ? List.of() : vmTable.keys();
    List<VmSpec> vms = new ArrayList<>();
    for (String name : names) {
      Section vm = named(vmTable, name, "a VM's table: write [vm.NAME] above its keys");
      if (vm != null) {
        vms.add(vmReader.read(name, vm, vms.size() + 1, prepare, nics));
      }
    }
    HostSpec host = host(root);
    List<RemoteSpec> remotes = remotes(root, host);
    List<ChannelSpec> channels = channels(root, new LinkedHashSet<>(names), remotes);
    Consistency consistency = new Consistency(tables);
    consistency.checkIds(vms);
    consistency.checkVsock(vms);
    consistency.checkDisks(vms);
    consistency.checkAddresses(vms);
    consistency.checkForwards(vms);
    consistency.checkKeys(channels);
    consistency.checkWindows(vms, channels);
    return new Topology(vms, channels, networks, host, remotes, simulation(root, names));
  }

  private SimulationSpec simulation(Section root, List<String> vms) {
    Section table = root.section(SimulationReader.SIMULATION, "a table [simulation]");
    return table == null ? SimulationSpec.NONE : SimulationReader.read(table, vms);
  }

  private @Nullable HostSpec host(Section root) {
    Section table = root.section(HostReader.HOST, "a table [host]");
    return table == null ? null : HostReader.read(table, file);
  }

  private List<RemoteSpec> remotes(Section root, @Nullable HostSpec host) {
    Section table = root.section(HostReader.REMOTE, "tables [remote.NAME]");
    List<RemoteSpec> remotes = new ArrayList<>();
    for (String name : table == null ? List.<String>of() : table.keys()) {
      Section remote = named(table, name, "a host's table: write [remote.NAME] above its keys");
      if (remote != null) {
        remotes.add(HostReader.readRemote(name, remote, host));
      }
    }
    if (!remotes.isEmpty() && !root.has(HostReader.HOST)) {
      root.wrong(
          HostReader.REMOTE,
          "other hosts must know this one; add a table [host] with name and address");
    }
    return remotes;
  }

  private List<NetworkSpec> networks(Section root) {
    Section networkTable = root.section("network", "tables [network.NAME]");
    List<NetworkSpec> networks = new ArrayList<>();
    for (String name : networkTable == null ? List.<String>of() : networkTable.keys()) {
      Section network =
          named(networkTable, name, "a network's table: write [network.NAME] above its keys");
      if (network != null) {
        networks.add(NetworkReader.read(name, network, networks.size() + 1));
      }
    }
    return networks;
  }

  private List<ChannelSpec> channels(Section root, Set<String> vms, List<RemoteSpec> remotes) {
    Section channelTable = root.section("channel", "tables [channel.NAME]");
    List<ChannelSpec> channels = new ArrayList<>();
    Set<String> hosts =
        remotes.stream().map(RemoteSpec::name).collect(Collectors.toCollection(LinkedHashSet::new));
    ChannelReader reader = new ChannelReader(vms, new BridgeReader(hosts));
    for (String name : channelTable == null ? List.<String>of() : channelTable.keys()) {
      Section channel =
          named(channelTable, name, "a channel's table: write [channel.NAME] above its keys");
      if (channel != null) {
        channels.add(reader.read(name, channel));
      }
    }
    return channels;
  }

  private @Nullable Section named(@Nullable Section tables, String name, String wanted) {
    Section table = tables == null ? null : tables.section(name, wanted);
    if (tables != null && table != null) {
      this.tables.put(tables.path() + "." + name, table);
    }
    return table;
  }
}
