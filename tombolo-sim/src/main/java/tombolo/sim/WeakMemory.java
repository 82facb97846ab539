// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import tombolo.memory.MemoryRegion;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.SharedMemory;
import tombolo.riscv.isa.AtomicDecoder;

/**
 * The shared memory of one hart under a weak order. A store waits in the hart's buffer and reaches
 * memory later, perhaps after younger ones. A load may return what the word held before.
 *
 * <p>The model is operational. All stores that have reached memory are ordered by a <em>time</em>
 * ({@link MemoryOrder}). A <em>view</em> is such a time: whoever has it knows of all writes up to
 * it. A load must not read a value that was overwritten at or before
 *
 * <ul>
 *   <li>what fences and acquires before it have made known ({@code newLoads});
 *   <li>the view of the register that its address comes from: an address dependency (RVWMO, PPO
 *       rule 9; rules 11 and 12 follow, because a store that waits remembers its own view);
 *   <li>what this hart has last read or written there: coherence (PPO rules 1 to 3).
 * </ul>
 *
 * <p>Loads take effect in program order, when they execute. So no load reads what a later store
 * writes: load buffering, which RVWMO allows, is not simulated, and every order of a load before a
 * later store holds (PPO rules 9 to 11 and 13). A store reaches all other harts at once (multi-copy
 * atomicity). Loads more than {@link #WINDOW} instructions apart are not reordered, and a store
 * waits for a bounded time. Atomics take effect when they execute, as do vectors, misaligned
 * accesses and cache blocks, for which all waiting stores leave the buffer first. An interrupt
 * makes everything known that was written before; a call of the firmware, fence.i and sfence.vma
 * are fences. All this is stricter than RVWMO, never weaker.
 */
final class WeakMemory extends WatchedMemory {
  /** Instructions between two loads of which the later one may read an older value. */
  static final int WINDOW = 64;

  private static final int MOST_PENDING = 8;

  /** Halves of words that are known before those are dropped that have no older values any more. */
  private static final int MOST_KNOWN = 4_096;

  // Sets of a fence.
  private static final int WRITES = 1;
  private static final int READS = 2;
  private static final int DEVICES = 12;

  /**
   * A store that waits.
   *
   * @param number of the store, of those by this hart
   * @param accesses of all harts before it
   * @param view of what its address and its value come from
   * @param epoch fences between stores that precede it
   * @param time of the latest write, and virtual time, when it was executed
   */
  private record Pending(
      long number,
      long accesses,
      long host,
      int size,
      long value,
      long view,
      int epoch,
      long time,
      long nanos) {
    long word() {
      return host & -Long.BYTES;
    }

    long mask() {
      return Word.mask(host, size);
    }
  }

  private final String vm;
  private final Hart hart;
  private final MemoryOrder order;
  private final List<Pending> pending = new ArrayList<>();
  private int epoch;

  /** For each half of a word, what this hart has last read or written there. */
  private final TreeMap<Long, Long> known = new TreeMap<>();

  private final Dependencies dependencies;

  /** The views of all loads, of loads that execute now, of all stores, and of device accesses. */
  private long oldLoads;

  private long newLoads;
  private long stores;
  private long devices;
  private long trackUntil;
  private long loadsDone;
  private long storesDone;

  /** What the atomic at hand accesses; null: memory of its own. */
  private @Nullable Word atomic;

  /**
   * Makes that of a hart.
   *
   * @param vm the name of its VM
   * @param name of the hart, which is that of its worker
   * @param alone whether the VM has no other hart
   */
  WeakMemory(
      String vm,
      String name,
      Hart hart,
      boolean alone,
      PageOwners owners,
      MemoryOrder order,
      BooleanSupplier strikes,
      Observer observer) {
    super(hart, name, alone, owners, order.choices(), strikes, observer);
    this.vm = vm;
    this.hart = hart;
    this.order = order;
    this.dependencies = new Dependencies(hart);
    order.add(this);
  }

  String vm() {
    return vm;
  }

  // --- Instructions ---

  @Override
  void begin(int word) {
    super.begin(word);
    if (!tracks()) {
      dependencies.clear();
      newLoads = Math.max(newLoads, oldLoads);
    }
    dependencies.begin(word, oldLoads);
  }

  @Override
  void track(int word) {
    dependencies.begin(word, oldLoads);
  }

  @Override
  void end() {
    super.end();
    dependencies.end();
    if (dependencies.areLost()) {
      newLoads = Math.max(newLoads, oldLoads);
      dependencies.clear();
    }
  }

  @Override
  boolean tracks() {
    return hart.retired < trackUntil;
  }

  @Override
  public long load(long host, int size) {
    order.access();
    loadsDone++;
    long mask = Word.mask(host, size);
    @Nullable Pending own = youngest(host & -Long.BYTES, mask);
    if (own != null && (own.mask() & mask) == mask) {
      note(Math.max(newLoads, Math.max(dependencies.address(), own.view)));
      int shift = Word.shift(host) - Word.shift(own.host);
      return seen((own.value >>> shift) & Word.mask(0, size), size, 0);
    }
    while (youngest(host & -Long.BYTES, mask) != null) {
      drainOne(); // it overlaps with the load, and others may have to come before it
    }
    return loadFromMemory(host, size, mask);
  }

  private long loadFromMemory(long host, int size, long mask) {
    long address = host & -Long.BYTES;
    long view = Math.max(newLoads, dependencies.address());
    @Nullable Word word = order.find(address);
    if (word == null) {
      note(view);
      return seen(SharedMemory.get(host, size), size, 0);
    }
    int newest = word.count() - 1;
    int oldest = word.versionAt(Math.max(view, known(address, mask)), mask);
    int version =
        order.isStoreOrdered()
            ? newest
            : order.choices().version(name(), loadsDone, oldest, newest);
    long time = word.time(version, mask);
    know(address, mask, time);
    note(Math.max(view, time));
    long value = (word.value(version) >>> Word.shift(host)) & Word.mask(0, size);
    return seen(value, size, newest - version);
  }

  private long seen(long value, int size, int older) {
    observer().loaded(name(), hart.pc, gpa(), size, value, older);
    return value;
  }

  /** Notes what a load makes known. */
  private void note(long view) {
    dependencies.loaded(view);
    oldLoads = Math.max(oldLoads, view);
    if (view > newLoads) {
      trackUntil = hart.retired + WINDOW;
    }
  }

  @Override
  public void store(long host, int size, long value) {
    order.access();
    pending.add(
        new Pending(
            ++storesDone,
            order.accesses(),
            host,
            size,
            value & Word.mask(0, size),
            dependencies.stored(),
            epoch,
            order.time(),
            order.now()));
    if (pending.size() > MOST_PENDING) {
      drainOne();
    }
    long number = storesDone;
    order.choices().stored(this);
    boolean waits = pending.stream().anyMatch(store -> store.number == number);
    observer().stored(name(), hart.pc, gpa(), size, value, number, waits);
  }

  @Override
  public void bulk(long host, boolean store) {
    order.access();
    super.bulk(host, store);
    drainAll();
    order.settle(); // who sees what is stored now, or what was loaded, gets no time with it
    newLoads = order.time();
  }

  @Override
  public void beforeAtomic(long host, int size, int selector) {
    if (isAdmitted()) {
      order.access();
    }
    boolean all = order.isStoreOrdered() || (selector & AtomicDecoder.RELEASE) != 0;
    long mask = Word.mask(host, size);
    while (!pending.isEmpty()
        && (all
            || pending.getFirst().epoch != epoch
            || youngest(host & -Long.BYTES, mask) != null)) {
      drainOne();
    }
    atomic = isAdmitted() ? order.written(host & -Long.BYTES) : null;
  }

  @Override
  public void afterAtomic(long host, int size, int selector) {
    Word word = atomic;
    if (word != null) {
      super.afterAtomic(host, size, selector);
      long address = host & -Long.BYTES;
      long mask = Word.mask(host, size);
      order.wrote(address, word, mask);
      long time = word.time(word.count() - 1, mask);
      know(address, mask, time);
      stores = Math.max(stores, time);
      note(Math.max(Math.max(newLoads, dependencies.address()), time));
    }
    if ((selector & AtomicDecoder.ACQUIRE) != 0) {
      newLoads = order.time(); // it executes now, whatever it has read, from memory of its own, too
    }
  }

  @Override
  public void fence(int sets) {
    int before = sets >>> 4;
    int after = sets & 15;
    if ((before & WRITES) != 0) {
      if ((after & (READS | DEVICES)) != 0) {
        drainAll();
      } else if ((after & WRITES) != 0) {
        epoch++;
      }
    }
    if ((after & READS) != 0) {
      if ((before & READS) != 0) {
        newLoads = Math.max(newLoads, oldLoads);
      }
      if ((before & WRITES) != 0) {
        newLoads = Math.max(newLoads, stores);
      }
      if ((before & DEVICES) != 0) {
        newLoads = Math.max(newLoads, devices);
      }
    }
  }

  @Override
  public void device() {
    super.device();
    devices = order.time();
    order.settle(); // what a device writes comes without a time
  }

  @Override
  public void interrupted() {
    super.interrupted();
    newLoads = order.time();
  }

  @Override
  public void synchronizes() {
    drainAll();
    newLoads = order.time();
  }

  // --- Coherence ---

  private long known(long address, long mask) {
    long low = (mask & 0xffff_ffffL) == 0 ? 0 : known.getOrDefault(address, 0L);
    long high = mask >>> 32 == 0 ? 0 : known.getOrDefault(address + 4, 0L);
    return Math.max(low, high);
  }

  private void know(long address, long mask, long time) {
    if (known.size() >= MOST_KNOWN) {
      known.values().removeIf(order::isForgotten);
    }
    if ((mask & 0xffff_ffffL) != 0) {
      known.merge(address, time, Math::max);
    }
    if (mask >>> 32 != 0) {
      known.merge(address + 4, time, Math::max);
    }
  }

  // --- The store buffer ---

  boolean hasPending() {
    return !pending.isEmpty();
  }

  private @Nullable Pending youngest(long word, long mask) {
    for (int i = pending.size() - 1; i >= 0; i--) {
      Pending store = pending.get(i);
      if (store.word() == word && (store.mask() & mask) != 0) {
        return store;
      }
    }
    return null;
  }

  /** Lets the oldest store reach memory, because it must: no older one can be in its way. */
  private void drainOne() {
    Pending store = pending.getFirst();
    // It need not have gone at this access, had it not been for what follows the access.
    order.choices().left(name(), store.number, order.accesses() - store.accesses + 1);
    drain(store);
  }

  /**
   * Lets one store reach memory that need not.
   *
   * @param choice returns an index below the number of those that wait for no other one
   */
  void drainAny(IntUnaryOperator choice) {
    List<Pending> free = new ArrayList<>();
    for (int i = 0; i < pending.size(); i++) {
      if (isFree(i)) {
        free.add(pending.get(i));
      }
    }
    Pending store = free.get(choice.applyAsInt(free.size()));
    order.choices().left(name(), store.number, order.accesses() - store.accesses);
    drain(store);
  }

  private boolean isFree(int index) {
    Pending store = pending.get(index);
    if (order.isStoreOrdered()) {
      return index == 0;
    }
    if (store.epoch != pending.getFirst().epoch) {
      return false;
    }
    for (int i = 0; i < index; i++) {
      Pending older = pending.get(i);
      if (older.word() == store.word() && (older.mask() & store.mask()) != 0) {
        return false;
      }
    }
    return true;
  }

  private void drain(Pending store) {
    pending.remove(store);
    if (order.accesses() > store.accesses) {
      observer().visible(name(), store.number, store.value);
    }
    long time = order.write(store.host, store.size, store.value, store.mask());
    know(store.word(), store.mask(), time);
    stores = Math.max(stores, time);
  }

  /** Lets all stores reach memory, in an order in which they may. */
  void drainAll() {
    while (hasPending()) {
      drainOne();
    }
  }

  /** Lets stores reach memory until none is as old as this. */
  void drainOlderThan(long time, long nanos) {
    while (hasPending() && (pending.getFirst().time < time || pending.getFirst().nanos < nanos)) {
      drainOne();
    }
  }

  /**
   * Lets the stores reach memory that have waited long enough, in program order where they may.
   *
   * @param wait returns for how many accesses the store of a number waits
   */
  void drainDue(LongUnaryOperator wait) {
    for (int i = 0; i < pending.size(); i++) {
      Pending store = pending.get(i);
      if (order.accesses() - store.accesses >= wait.applyAsLong(store.number) && isFree(i)) {
        drain(store);
        i = -1; // others may be free now
      }
    }
  }

  /** Drops all stores that wait: there is a new life, and they are of an earlier one. */
  void dropAll() {
    pending.clear();
  }

  @Override
  public void mapped(MemoryRegion region) {
    order.forget(region.hostAddress(), region.size());
  }

  /** What it stored while the page was its own came without a time. */
  @Override
  void share() {
    drainAll();
    order.settle();
  }

  /** What is unmapped can be given to somebody else next: no store may reach it later. */
  @Override
  public void requestDrop(long gpa, long size) {
    drainAll();
  }
}
