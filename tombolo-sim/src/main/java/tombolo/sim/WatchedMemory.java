// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import tombolo.memory.MemoryRegion;
import tombolo.riscv.RiscvAccelerator;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.SharedMemory;

/**
 * The shared memory of one hart: channels, and the pages of RAM that more than one hart of its VM
 * has touched. This one is sequentially consistent: an access takes effect at once.
 */
class WatchedMemory implements SharedMemory {
  private final Hart hart;
  private final String name;
  private final boolean alone;
  private final PageOwners owners;
  private final Choices choices;
  private final BooleanSupplier strikes;
  private final Observer observer;

  private boolean admitted;
  private boolean hasLetOthersRun;
  private long gpa;

  /**
   * Makes that of a hart.
   *
   * @param name of the hart, which is that of its worker
   * @param alone whether the VM has no other hart
   * @param owners which hart has touched which page, for all harts
   * @param strikes whether a fault comes before the access that is next; asked once for each
   */
  WatchedMemory(
      Hart hart,
      String name,
      boolean alone,
      PageOwners owners,
      Choices choices,
      BooleanSupplier strikes,
      Observer observer) {
    this.strikes = strikes;
    this.hart = hart;
    this.name = name;
    this.observer = observer;
    this.alone = alone;
    this.owners = owners;
    this.choices = choices;
  }

  static WatchedMemory of(Hart hart) {
    return (WatchedMemory) Objects.requireNonNull(hart.shared);
  }

  @Override
  public boolean covers(MemoryRegion region, long address) {
    gpa = region.gpa() + (address - region.hostAddress());
    boolean ram = region.gpa() == RiscvAccelerator.RAM_BASE;
    return !ram || (!alone && owners.isShared(address, hart));
  }

  @Override
  public boolean admits() {
    return admitted;
  }

  /** Returns the name of the hart. */
  String name() {
    return name;
  }

  /** Returns the address of the access at hand, as the guest sees it. */
  long gpa() {
    return gpa;
  }

  Observer observer() {
    return observer;
  }

  @Override
  public long load(long address, int size) {
    long value = SharedMemory.get(address, size);
    observer.loaded(name, hart.pc, gpa, size, value, 0);
    return value;
  }

  @Override
  public void store(long address, int size, long value) {
    SharedMemory.put(address, size, value);
    observer.stored(name, hart.pc, gpa, size, value, 0, false);
  }

  @Override
  public void bulk(long address, boolean isStore) {
    observer.accessed(name, hart.pc, gpa, isStore);
  }

  @Override
  public void afterAtomic(long address, int size, int selector) {
    if (admitted) {
      observer.atomic(name, hart.pc, gpa, SharedMemory.get(address, size));
    }
  }

  @Override
  public void device() {
    observer.device(name, hart.mmu.deviceGpa);
  }

  @Override
  public void interrupted() {
    observer.interrupted(name, hart.pc);
  }

  /** Returns whether the instruction at hand accesses shared memory. */
  boolean isAdmitted() {
    return admitted;
  }

  /** Returns whether others run before the access at which the engine has stopped. */
  boolean preempts() {
    if (hasLetOthersRun) {
      hasLetOthersRun = false;
      return false;
    }
    boolean struck = strikes.getAsBoolean();
    hasLetOthersRun = choices.preempts() || struck;
    return hasLetOthersRun;
  }

  /**
   * The engine executes one instruction next, whose accesses are done.
   *
   * @param word the instruction, expanded to 32 bits
   */
  void begin(int word) {
    admitted = true;
  }

  /**
   * The engine executes one instruction next, and stops if it accesses shared memory.
   *
   * @param word the instruction, expanded to 32 bits
   */
  void track(int word) {}

  /** The instruction has been executed, has trapped, or was stopped. */
  void end() {
    admitted = false;
  }

  /** A page that was this hart's own is shared from now on. */
  void share() {}

  /** Returns whether the engine has to execute one instruction at a time, and track it. */
  boolean tracks() {
    return false;
  }

  @Override
  public void requestDrop(long gpa, long size) {}

  @Override
  public void awaitDropped() {}
}
