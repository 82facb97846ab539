// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What has happened in a VM since it was made, resets included. Any thread may read it at any time;
 * the numbers are exact when no vCPU runs and a little behind meanwhile.
 */
public final class VmStatistics {
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

  private final List<? extends Vcpu> vcpus;
  // A row for each vCPU, written by its thread alone (so a plain read and an opaque write make an
  // increment), read by others in opaque mode.
  private final long[][] exits;
  private final LongAdder unknownAccesses = new LongAdder();
  private final LongAdder readOnlyStores = new LongAdder();
  private final LongAdder unknownHypercalls = new LongAdder();

  VmStatistics(List<? extends Vcpu> vcpus) {
    this.vcpus = vcpus;
    // Longer than needed, so that no two vCPUs count in one cache line.
    this.exits = new long[vcpus.size()][ExitKind.values().length + 16];
  }

  /** Returns the exits of one kind, of all vCPUs. */
  public long exits(ExitKind kind) {
    long sum = 0;
    for (long[] row : exits) {
      sum += (long) COUNT.getOpaque(row, kind.counter);
    }
    return sum;
  }

  /** Returns the exits of all vCPUs by kind; every kind has an entry. */
  public Map<ExitKind, Long> exits() {
    Map<ExitKind, Long> all = new EnumMap<>(ExitKind.class);
    for (ExitKind kind : ExitKind.values()) {
      all.put(kind, exits(kind));
    }
    return all;
  }

  /** Returns how many instructions all vCPUs have retired. */
  public long retiredInstructions() {
    return vcpus.stream().mapToLong(Vcpu::retiredInstructions).sum();
  }

  /** Returns how many pages of decoded code all vCPUs have dropped for want of room. */
  public long evictedCodePages() {
    return vcpus.stream().mapToLong(Vcpu::evictedCodePages).sum();
  }

  /**
   * Returns what the engine has done for all vCPUs, in lines for people, see {@link
   * Vcpu#engineFigures}.
   */
  public Map<String, Long> engineFigures() {
    Map<String, Long> sums = new LinkedHashMap<>();
    vcpus.forEach(
        vcpu -> vcpu.engineFigures().forEach((name, value) -> sums.merge(name, value, Long::sum)));
    return sums;
  }

  /** Returns how many loads and stores hit addresses and ports where nothing answers. */
  public long unknownAccesses() {
    return unknownAccesses.sum();
  }

  /** Returns how many stores hit memory that the guest may only read; not unknown accesses. */
  public long readOnlyStores() {
    return readOnlyStores.sum();
  }

  /** Returns how many hypercalls had a code that nobody answers. */
  public long unknownHypercalls() {
    return unknownHypercalls.sum();
  }

  /** Called by the thread that runs the vCPU. */
  void countExit(int vcpu, ExitKind kind) {
    long[] row = exits[vcpu];
    COUNT.setOpaque(row, kind.counter, row[kind.counter] + 1);
  }

  void countUnknownAccess() {
    unknownAccesses.increment();
  }

  void countReadOnlyStore() {
    readOnlyStores.increment();
  }

  void countUnknownHypercall() {
    unknownHypercalls.increment();
  }
}
