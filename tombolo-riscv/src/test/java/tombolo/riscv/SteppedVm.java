// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import tombolo.machine.Vm;
import tombolo.machine.VmState;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.SteppedHost;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.vcpu.RiscvVcpu;

/** A guest on a VM whose workers the test steps, in virtual time. For one thread. */
public final class SteppedVm implements AutoCloseable {
  final SteppedHost host;
  public final BufferConsole console;
  public final Vm vm;
  private final GuestRun guest;
  private final Engine engine;

  /** Makes a VM that is loaded. */
  public SteppedVm(GuestRun guest, long seed, Engine engine) {
    this(guest, seed, engine, CodeBudget.ofProcess());
  }

  /** Makes a VM that is loaded, with a budget of its own for decoded code. */
  public SteppedVm(GuestRun guest, long seed, Engine engine, CodeBudget budget) {
    this.guest = guest;
    this.engine = engine;
    host = new SteppedHost(seed);
    console = new BufferConsole(host.services());
    vm = guest.create(console, host.services(), engine, budget);
  }

  /** Makes a VM that is loaded, with the tested engine. */
  public SteppedVm(GuestRun guest, long seed) {
    this(guest, seed, TestedEngine.make());
  }

  /** Steps until the guest has ended, or this many times at the most; returns whether it ended. */
  public boolean step(long most) {
    for (long i = 0; i < most && vm.state() != VmState.STOPPED; i++) {
      if (!host.step()) {
        throw new AssertionError("every worker waits; the guest said: " + console.text());
      }
    }
    return vm.state() == VmState.STOPPED;
  }

  /** Returns what {@link Vm#save} writes, and the host's state. The VM is suspended. */
  public byte[] save() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    StateWriter out = new StateWriter(bytes);
    out.part("host", host);
    vm.save(out);
    return bytes.toByteArray();
  }

  /** Returns a fresh VM of another host that goes on from what {@link #save} gave; suspended. */
  public SteppedVm restored(byte[] saved) {
    SteppedVm fresh = new SteppedVm(guest, 0, engine);
    StateReader in = new StateReader(new ByteArrayInputStream(saved));
    in.part("host", fresh.host);
    fresh.vm.restore(in);
    return fresh;
  }

  Hart hart(int index) {
    return ((RiscvVcpu) vm.board().vcpus().get(index)).hart;
  }

  /** Returns all that a guest can tell one end from another by. */
  public String end() {
    StringBuilder text = new StringBuilder();
    text.append(vm.state()).append(' ').append(vm.stopReason()).append('\n');
    for (int i = 0; i < guest.vcpus(); i++) {
      text.append(registers(i)).append('\n');
    }
    byte[] ram = new byte[(int) guest.memory()];
    vm.memory().read(RiscvAccelerator.RAM_BASE, ram, 0, ram.length);
    text.append("RAM ").append(Arrays.hashCode(ram));
    return text.toString();
  }

  /** Returns the registers of a hart, for comparison. */
  public String registers(int index) {
    Hart hart = hart(index);
    return "hart %d retired %d pc %x x %s f %s sstatus %x sepc %x scause %x privilege %d"
        .formatted(
            index,
            hart.retired,
            hart.pc,
            Arrays.hashCode(Arrays.copyOf(hart.x, 32)),
            Arrays.hashCode(hart.f),
            hart.sstatus,
            hart.sepc,
            hart.scause,
            hart.privilege);
  }

  @Override
  public void close() {
    vm.close();
  }
}
