// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.List;
import tombolo.riscv.RiscvAccelerator;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.SharedMemory;
import tombolo.topology.InputException;
import tombolo.topology.NetworkSpec;
import tombolo.topology.Platform;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;

/** Checks that a topology reaches nothing outside itself, and puts what watches it in place. */
final class ClosedTopology {
  private ClosedTopology() {}

  /**
   * Checks a topology.
   *
   * @throws InputException if a run of it would depend on more than a seed
   */
  static void check(Topology topology) {
    if (topology.host() != null || !topology.remotes().isEmpty()) {
      throw refused("[host] and [remote.NAME] join it to other hosts", "leave them out");
    }
    for (NetworkSpec network : topology.networks()) {
      if (network.outside()) {
        throw refused(
            "network %s reaches the host's network".formatted(network.name()),
            "make it a network between VMs");
      }
    }
    topology.vms().forEach(ClosedTopology::check);
  }

  private static void check(VmSpec vm) {
    if (vm.vsock() != null && vm.vsock().socket() != null) {
      throw refused(
          "%s has a socket of the host, %s".formatted(vm.name(), vm.vsock().socket()),
          "leave vsock-socket out");
    }
    if (!vm.virtio().folders().isEmpty()) {
      throw refused(
          "%s shares a folder of the host, %s"
              .formatted(vm.name(), vm.virtio().folders().getFirst().folder()),
          "put its files into an initrd or a disk");
    }
    vm.virtio().disks().stream()
        .filter(disk -> !disk.readOnly())
        .findFirst()
        .ifPresent(
            disk -> {
              throw refused(
                  "%s may write to disk %s, which the next run would find changed"
                      .formatted(vm.name(), disk.file()),
                  "add \",readonly\" to it");
            });
    if (!(vm.platform().accelerator() instanceof RiscvAccelerator)) {
      throw refused(
          "%s runs on accelerator %s, whose instructions cannot be counted out"
              .formatted(vm.name(), vm.platform().name()),
          "use accelerator riscv");
    }
  }

  private static InputException refused(String what, String remedy) {
    return new InputException(
        "can't be simulated: %s; a run from a seed has no outside, so %s".formatted(what, remedy));
  }

  /** Returns the same topology whose harts run on an engine that something watches. */
  static Topology watched(Topology topology, Engine engine, SharedMemory.Maker maker) {
    List<VmSpec> vms =
        topology.vms().stream().map(vm -> on(vm, watched(vm.platform(), engine, maker))).toList();
    return new Topology(
        vms, topology.channels(), topology.networks(), null, List.of(), topology.simulation());
  }

  private static Platform watched(Platform platform, Engine engine, SharedMemory.Maker maker) {
    RiscvAccelerator accelerator = (RiscvAccelerator) platform.accelerator();
    return new Platform(accelerator.watched(engine, maker), platform.board());
  }

  private static VmSpec on(VmSpec vm, Platform platform) {
    return new VmSpec(
        vm.name(),
        vm.line(),
        vm.id(),
        vm.image(),
        vm.memory(),
        vm.vcpus(),
        platform,
        vm.window(),
        vm.restart(),
        vm.channels(),
        vm.channelBytes(),
        vm.vsock(),
        vm.rtc(),
        vm.virtio(),
        vm.gdb());
  }
}
