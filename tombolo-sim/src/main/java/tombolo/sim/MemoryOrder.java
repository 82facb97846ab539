// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.riscv.hart.SharedMemory;

/**
 * The order in which the stores of all harts of a simulation reach shared memory, and what words
 * held before. Memory itself always holds the latest values.
 *
 * <p>Writes by others than harts (devices, endpoints in Java) come to memory directly. The next
 * access to the word notices them. No hart reads an older value then, because nobody knows when
 * they came.
 */
final class MemoryOrder {
  /** How long a store may wait, and an overwritten value may be read: in writes of all harts. */
  private static final int HORIZON_WRITES = 64;

  /** The same in virtual time. */
  private static final long HORIZON_NANOS = 100_000;

  /** Words before those are dropped that have no older values any more. */
  private static final int MOST_WORDS = 4_096;

  private final MemoryModel model;
  private final Choices choices;
  private final Clock clock;

  private final TreeMap<Long, Word> words = new TreeMap<>();
  private final List<WeakMemory> harts = new ArrayList<>();
  private long time;
  private long accesses;

  /** No load returns what was overwritten at this time or before. */
  private long floor;

  /** Makes that of a simulation. */
  MemoryOrder(MemoryModel model, Choices choices, Clock clock) {
    this.model = model;
    this.choices = choices;
    this.clock = clock;
  }

  void add(WeakMemory hart) {
    harts.add(hart);
  }

  List<WeakMemory> harts() {
    return harts;
  }

  boolean isStoreOrdered() {
    return model == MemoryModel.TSO;
  }

  /** Returns the time of the latest write. */
  long time() {
    return time;
  }

  long now() {
    return clock.nanos();
  }

  Choices choices() {
    return choices;
  }

  /** Returns how many accesses to shared memory there were, of all harts. */
  long accesses() {
    return accesses;
  }

  /** Notes an access, at which some of the waiting stores of all harts reach memory. */
  void access() {
    accesses++;
    for (WeakMemory hart : harts) {
      hart.drainOlderThan(time - HORIZON_WRITES, now() - HORIZON_NANOS);
    }
    choices.letStoresGo(harts);
  }

  /** Returns whether no load returns what was overwritten at this time. */
  boolean isForgotten(long overwritten) {
    return overwritten <= horizon();
  }

  private long horizon() {
    return Math.max(floor, time - HORIZON_WRITES);
  }

  /**
   * Makes known to all what was written so far: something happens now of which nobody knows later
   * at what time it did.
   */
  void settle() {
    floor = time;
  }

  /** Returns the word at an aligned address if it was written lately; else null. */
  @Nullable Word find(long address) {
    Word word = words.get(address);
    if (word == null) {
      return null;
    }
    long value = SharedMemory.get(address, Long.BYTES);
    if (value != word.latest()) {
      word.restart(value); // somebody else has written
    }
    word.expire(horizon(), now() - HORIZON_NANOS);
    if (word.count() == 1 && isForgotten(word.time(0, -1))) {
      words.remove(address);
      return null;
    }
    return word;
  }

  /** Returns the word at an aligned address, which is written next. */
  Word written(long address) {
    Word word = find(address);
    if (word == null) {
      if (words.size() >= MOST_WORDS) {
        words.values().removeIf(old -> isForgotten(old.time(old.count() - 1, -1)));
      }
      word = new Word(SharedMemory.get(address, Long.BYTES));
      words.put(address, word);
    }
    return word;
  }

  /**
   * Notes that a hart has written memory itself, by an atomic.
   *
   * @param word as it was before
   */
  void wrote(long address, Word word, long mask) {
    long value = SharedMemory.get(address, Long.BYTES);
    if (value != word.latest()) {
      word.add(++time, value, mask, now());
    }
  }

  /**
   * Does a store.
   *
   * @return its time
   */
  long write(long host, int size, long value, long mask) {
    long address = host & -Long.BYTES;
    Word word = written(address);
    SharedMemory.put(host, size, value);
    word.add(++time, SharedMemory.get(address, Long.BYTES), mask, now());
    return time;
  }

  /** Forgets what a range of host memory held before: it belongs to somebody else now. */
  void forget(long host, long size) {
    settle();
    words.subMap(host, host + size).clear();
  }
}
