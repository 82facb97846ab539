// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Clock;
import tombolo.machine.host.SplitMix;

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

  private static final int MOST_RARITY = 6;
  private static final int MOST_STALE_RARITY = 4;

  private final MemoryModel model;
  private final SplitMix chance;
  private final Clock clock;

  /** A store leaves its buffer at one in so many accesses; a power of two. */
  private final int drainRarity;

  /** One load in so many returns an older value, where it may; a power of two. */
  private final int staleRarity;

  private final TreeMap<Long, Word> words = new TreeMap<>();
  private final List<WeakMemory> harts = new ArrayList<>();
  private long time;

  /** Makes that of a simulation. */
  MemoryOrder(MemoryModel model, long seed, Clock clock) {
    this.model = model;
    this.clock = clock;
    chance = new SplitMix(seed);
    drainRarity = 1 << chance.nextInt(MOST_RARITY + 1);
    staleRarity = 1 << chance.nextInt(MOST_STALE_RARITY);
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

  SplitMix chance() {
    return chance;
  }

  /** Lets some of the waiting stores of all harts reach memory. Called at each access. */
  void drainSome() {
    for (WeakMemory hart : harts) {
      if (hart.hasPending()) {
        hart.drainOlderThan(time - HORIZON_WRITES, now() - HORIZON_NANOS);
        while (hart.hasPending() && chance.nextInt(drainRarity) == 0) {
          hart.drainOne();
        }
      }
    }
  }

  /** Returns the word at an aligned address if it was written lately; else null. */
  @Nullable Word find(long address) {
    Word word = words.get(address);
    if (word == null) {
      return null;
    }
    long value = HostWord.get(address);
    if (value != word.latest()) {
      word.restart(value); // somebody else has written
    }
    word.expire(time - HORIZON_WRITES, now() - HORIZON_NANOS);
    if (word.count() == 1 && word.time(0, -1) <= time - HORIZON_WRITES) {
      words.remove(address);
      return null;
    }
    return word;
  }

  /** Returns the word at an aligned address, which is written next. */
  Word written(long address) {
    Word word = find(address);
    if (word == null) {
      word = new Word(HostWord.get(address));
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
    long value = HostWord.get(address);
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
    HostWord.put(host, size, value);
    word.add(++time, HostWord.get(address), mask, now());
    return time;
  }

  /** Chooses among the versions that a load may read: the latest in most cases. */
  int choose(Word word, int oldest) {
    int newest = word.count() - 1;
    if (oldest == newest || chance.nextInt(staleRarity + 1) != 0) {
      return newest;
    }
    return oldest + chance.nextInt(newest - oldest + 1);
  }

  /** Forgets what a range of host memory held before: it belongs to somebody else now. */
  void forget(long host, long size) {
    words.subMap(host, host + size).clear();
  }
}
