// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.debug;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.debug.DataAccess;
import tombolo.machine.debug.Debuggable;
import tombolo.machine.debug.Hold;
import tombolo.machine.debug.RegisterSet;
import tombolo.riscv.hart.Csrs;
import tombolo.riscv.hart.Engine;
import tombolo.riscv.hart.Hart;

/** A hart as a debugger sees it. */
public final class DebuggedHart implements Debuggable {
  private final Hart hart;
  private final HartRegisters registers;
  private final Engine engine;
  private final Runnable completeAccess;

  /** Written while nobody runs the hart. */
  private @Nullable HeldEngine held;

  /**
   * Shows a hart.
   *
   * @param engine what executes its code
   * @param completeAccess counts an instruction that is done, and at which pc still is
   */
  public DebuggedHart(Hart hart, Csrs csrs, Engine engine, Runnable completeAccess) {
    this.completeAccess = completeAccess;
    this.hart = hart;
    this.registers = new HartRegisters(hart, csrs);
    this.engine = engine;
  }

  /** Returns what runs the hart as long as a debugger holds it; else null. */
  public @Nullable HeldEngine engine() {
    return held;
  }

  @Override
  public String architecture() {
    return "riscv:rv64";
  }

  @Override
  public List<RegisterSet> registerSets() {
    return registers.sets();
  }

  @Override
  public byte[] register(int number) {
    return registers.read(number);
  }

  @Override
  public boolean setRegister(int number, byte[] value) {
    completeAccess.run(); // or a pc that is written would be counted as that instruction's
    return registers.write(number, value);
  }

  @Override
  public long retired() {
    return hart.retired;
  }

  @Override
  public long pc() {
    return hart.pc;
  }

  @Override
  public long gpa(long va) {
    return hart.mmu.peek(va);
  }

  @Override
  public @Nullable DataAccess nextAccess() {
    return NextAccess.of(hart);
  }

  @Override
  public void memoryChanged() {
    hart.mmu.dropAll();
  }

  @Override
  public void hold(@Nullable Hold hold) {
    held = hold == null ? null : new HeldEngine(engine, hart, hold);
  }
}
