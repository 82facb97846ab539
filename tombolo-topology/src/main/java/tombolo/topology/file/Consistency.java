// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tombolo.memory.HostMemory;
import tombolo.topology.ChannelSpec;
import tombolo.topology.DiskSpec;
import tombolo.topology.MemorySize;
import tombolo.topology.NicSpec;
import tombolo.topology.PortForward;
import tombolo.topology.SubscriberSpec;
import tombolo.topology.VmSpec;
import tombolo.topology.VsockSpec;

/**
 * Checks what the VMs and channels of a file must not have in common, and what has to fit into
 * what. Skips what is wrong by itself.
 *
 * @param tables of the VMs and channels, by {@code vm.NAME} and {@code channel.NAME}
 */
record Consistency(Map<String, Section> tables) {
  private static final long MAILBOX = HostMemory.PAGE_SIZE;

  private Section table(String kind, String name) {
    Section table = tables.get(kind + "." + name);
    if (table == null) {
      throw new IllegalArgumentException(name);
    }
    return table;
  }

  /** Compares all ids, those given and those that follow from the position in the file. */
  void checkIds(List<VmSpec> vms) {
    Map<Integer, VmSpec> owners = new LinkedHashMap<>();
    for (VmSpec vm : vms) {
      VmSpec owner = vm.id() == VmReader.NO_ID ? null : owners.putIfAbsent(vm.id(), vm);
      if (owner == null) {
        continue;
      }
      boolean laterIsGiven = table("vm", vm.name()).has("id");
      Section given = table("vm", laterIsGiven ? vm.name() : owner.name());
      Section other = table("vm", laterIsGiven ? owner.name() : vm.name());
      given.wrong(
          "id",
          "%d is also the id of %s, line %d%s; choose another"
              .formatted(
                  vm.id(),
                  other.path(),
                  other.lineOf("id"),
                  other.has("id") ? "" : ", by its position in the file"));
    }
  }

  /** Checks that a file that one disk writes is no other disk, of this VM or of another one. */
  void checkDisks(List<VmSpec> vms) {
    Map<Path, VmSpec> owners = new LinkedHashMap<>();
    Set<Path> written = new LinkedHashSet<>();
    for (VmSpec vm : vms) {
      for (DiskSpec disk : vm.virtio().disks()) {
        Path file = real(disk.file());
        VmSpec owner = owners.putIfAbsent(file, vm);
        boolean writes = !disk.readOnly() && written.add(file);
        if (owner != null && (writes || written.contains(file))) {
          Section other = table("vm", owner.name());
          table("vm", vm.name())
              .wrong(
                  "disks",
                  "%s is also a disk of %s, line %d, and one of the two writes it; give each a copy, or make both readonly"
                      .formatted(disk.file(), other.path(), other.lineOf("disks")));
        }
      }
    }
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file.toAbsolutePath().normalize(); // gone since it was looked at
    }
  }

  /** Checks that no two VMs have the same CID or the same socket. */
  void checkVsock(List<VmSpec> vms) {
    Map<Long, VmSpec> cids = new LinkedHashMap<>();
    Map<Path, VmSpec> sockets = new LinkedHashMap<>();
    for (VmSpec vm : vms) {
      VsockSpec vsock = vm.vsock();
      if (vsock == null) {
        continue;
      }
      Section table = table("vm", vm.name());
      VmSpec owner = cids.putIfAbsent(vsock.cid(), vm);
      if (owner != null) {
        Section other = table("vm", owner.name());
        table.wrong(
            VsockReader.CID,
            "%d is also the CID of %s, line %d; choose another"
                .formatted(vsock.cid(), other.path(), other.lineOf(VsockReader.CID)));
      }
      Path socket = vsock.socket();
      VmSpec user =
          socket == null ? null : sockets.putIfAbsent(socket.toAbsolutePath().normalize(), vm);
      if (user != null) {
        Section other = table("vm", user.name());
        table.wrong(
            VsockReader.SOCKET,
            "%s is also the socket of %s, line %d; choose another"
                .formatted(socket, other.path(), other.lineOf(VsockReader.SOCKET)));
      }
    }
  }

  /** Checks that no two cards of a network have the same address. */
  void checkAddresses(List<VmSpec> vms) {
    Map<String, VmSpec> owners = new LinkedHashMap<>();
    for (VmSpec vm : vms) {
      for (NicSpec nic : vm.virtio().nics()) {
        VmSpec owner = owners.putIfAbsent(nic.network() + " " + nic.address(), vm);
        if (owner != null && !owner.equals(vm)) {
          Section other = table("vm", owner.name());
          table("vm", vm.name())
              .wrong(
                  NicReader.NETWORKS,
                  "%s is also the address of %s in %s, line %d; choose another"
                      .formatted(
                          nic.address(),
                          other.path(),
                          nic.network(),
                          other.lineOf(NicReader.NETWORKS)));
        }
      }
    }
  }

  /** Checks that no port of the host leads to two VMs. */
  void checkForwards(List<VmSpec> vms) {
    Map<String, VmSpec> owners = new LinkedHashMap<>();
    for (VmSpec vm : vms) {
      for (NicSpec nic : vm.virtio().nics()) {
        for (PortForward forward : nic.forwards()) {
          String port = "%s %s %d".formatted(forward.udp(), forward.address(), forward.hostPort());
          VmSpec owner = owners.putIfAbsent(port, vm);
          if (owner != null) {
            Section other = table("vm", owner.name());
            table("vm", vm.name())
                .wrong(
                    NicReader.NETWORKS,
                    "port %d of %s leads to %s already, line %d; choose another"
                        .formatted(
                            forward.hostPort(),
                            forward.address(),
                            other.path(),
                            other.lineOf(NicReader.NETWORKS)));
          }
        }
      }
    }
  }

  void checkKeys(List<ChannelSpec> channels) {
    Map<Long, ChannelSpec> owners = new LinkedHashMap<>();
    for (ChannelSpec channel : channels) {
      ChannelSpec owner =
          channel.key() == ChannelReader.NO_KEY ? null : owners.putIfAbsent(channel.key(), channel);
      if (owner != null) {
        Section other = table("channel", owner.name());
        table("channel", channel.name())
            .wrong(
                "key",
                "0x%x is also the key of %s, line %d; choose another"
                    .formatted(channel.key(), other.path(), other.lineOf("key")));
      }
    }
  }

  void checkWindows(List<VmSpec> vms, List<ChannelSpec> channels) {
    Map<String, List<ChannelSpec>> published = new LinkedHashMap<>();
    Map<String, List<ChannelSpec>> seen = new LinkedHashMap<>();
    for (ChannelSpec channel : channels) {
      if (!channel.isFromAnotherHost()) {
        published.computeIfAbsent(channel.publisher(), _ -> new ArrayList<>()).add(channel);
        seen.computeIfAbsent(channel.publisher(), _ -> new ArrayList<>()).add(channel);
      }
      for (SubscriberSpec subscriber : channel.subscribers()) {
        seen.computeIfAbsent(subscriber.vm(), _ -> new ArrayList<>()).add(channel);
      }
    }
    for (VmSpec vm : vms) {
      checkWindow(vm, seen.getOrDefault(vm.name(), List.of()));
      checkQuotas(vm, published.getOrDefault(vm.name(), List.of()));
    }
  }

  private static long bytes(List<ChannelSpec> channels) {
    // No overflow: a file has fewer than 2^16 channels of 65 TiB, less than 2^63 bytes.
    return channels.stream().mapToLong(ChannelSpec::bytes).sum();
  }

  private void checkWindow(VmSpec vm, List<ChannelSpec> channels) {
    long least = MAILBOX + bytes(channels);
    if (least <= vm.window()) {
      return;
    }
    ChannelSpec largest =
        channels.stream().max(Comparator.comparingLong(ChannelSpec::bytes)).orElseThrow();
    Section table = table("vm", vm.name());
    String remedy =
        least <= VmReader.LARGEST_WINDOW
            ? "set %s to \"%s\""
                .formatted(
                    table.pathOf("window"), MemorySize.describe(Long.highestOneBit(least - 1) << 1))
            : "no window is larger than %s, so make channels smaller"
                .formatted(MemorySize.describe(VmReader.LARGEST_WINDOW));
    table.wrong(
        "window",
        "window too small: it has %s, and the mailbox page and %s need at least %s (%s takes %s); %s"
            .formatted(
                MemorySize.describe(vm.window()),
                count(channels),
                MemorySize.describe(least),
                table("channel", largest.name()).path(),
                MemorySize.describe(largest.bytes()),
                remedy));
  }

  private static String count(List<ChannelSpec> channels) {
    return channels.size() == 1 ? "1 channel" : channels.size() + " channels";
  }

  private void checkQuotas(VmSpec vm, List<ChannelSpec> channels) {
    Section table = table("vm", vm.name());
    if (channels.size() > vm.channels()) {
      table.wrong(
          "channels",
          "quota too small: the VM publishes %s, and may publish %d; set %s to %d"
              .formatted(
                  count(channels), vm.channels(), table.pathOf("channels"), channels.size()));
    }
    long bytes = bytes(channels);
    // Without the key the quota is the window's size; a window too small has its mistake already.
    if (bytes > vm.channelBytes() && table.has("channel-bytes")) {
      table.wrong(
          "channel-bytes",
          "quota too small: the VM publishes %s, and may publish %s; set %s to \"%s\""
              .formatted(
                  MemorySize.describe(bytes),
                  MemorySize.describe(vm.channelBytes()),
                  table.pathOf("channel-bytes"),
                  MemorySize.describe(bytes)));
    }
  }
}
