// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.debug.RegisterSet;
import tombolo.machine.host.HostServices;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.KernelImage;
import tombolo.riscv.RiscvAccelerator;
import tombolo.testing.WorkTree;

/** A guest that waits for a debugger, beside another one that has none. */
final class LiveGuest implements AutoCloseable {
  final Vm vm;
  final Vm other;
  final BufferConsole console = new BufferConsole(HostServices.system());
  final GdbServer server;
  final KernelImage kernel;
  final List<String> reports = new CopyOnWriteArrayList<>();
  volatile boolean killed;

  LiveGuest(String guest, int vcpus) throws IOException, InterruptedException {
    kernel =
        KernelImage.read(
            WorkTree.path("guests/bin/" + guest + ".elf"),
            ElfMachine.RISCV,
            RiscvAccelerator.RAM_BASE);
    vm = make("guest", kernel, vcpus, console);
    other =
        make(
            "other",
            KernelImage.read(
                WorkTree.path("guests/bin/ticker.elf"),
                ElfMachine.RISCV,
                RiscvAccelerator.RAM_BASE),
            1,
            new BufferConsole(HostServices.system()));
    LiveTarget target =
        new LiveTarget(vm, new Freeze(() -> List.of(vm, other)), () -> killed = true);
    vm.boot();
    other.boot();
    target.awaitStart();
    target.booted();
    server = GdbServer.open(target, 0, HostServices.system().clock(), reports::add);
    server.serve();
  }

  private static Vm make(String name, KernelImage kernel, int vcpus, BufferConsole console) {
    return Vm.create(
        VmConfig.of(name, new BootImage(kernel, null, "n=1000000"), console, HostServices.system())
            .withVcpus(vcpus),
        new RiscvAccelerator());
  }

  /** Returns the address of a function. */
  long function(String name) {
    for (long address = kernel.entry(); ; address += 2) {
      if (name.equals(kernel.symbols().nearest(address))) {
        return address;
      }
    }
  }

  /** Returns a register's number as GDB writes it. */
  String number(String register) {
    List<String> names =
        Objects.requireNonNull(vm.board().vcpus().getFirst().debuggable()).registerSets().stream()
            .flatMap(set -> set.registers().stream())
            .map(RegisterSet.Register::name)
            .toList();
    return Integer.toHexString(names.indexOf(register));
  }

  @Override
  public void close() {
    server.close();
    vm.close();
    other.close();
  }
}
