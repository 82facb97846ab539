// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import tombolo.machine.VcpuExit;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;

/**
 * Measures loads under Sv39 that always miss the software TLB and walk three levels of page tables,
 * and the same loop where each load hits. The difference is the cost of a walk.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TlbBenchmark {
  private static final int LOADS = 8192; // of a page each: many more than a TLB has entries

  /** A guest that loads repeatedly from {@code LOADS} addresses, a stride apart. */
  abstract static class Sweep {
    private static final long WINDOW = 0x10_0000_0000L;
    private static final long ROOT = BareHart.RAM + 0x100_0000;
    private static final long MIDDLE = ROOT + 0x1000;
    private static final long LEAVES = ROOT + 0x2000;
    private static final long PAGE = ROOT - 0x1000;

    // Page table entries (RISC-V Privileged Architecture, Sv39).
    private static final int VALID = 1;
    private static final int LEAF = 0xcf; // D, A, X, W, R, V
    private static final int ENTRIES = 512;

    private static final long SV39 = 8L << 60;

    final BareHart hart;

    Sweep(long stride) {
      hart =
          new BareHart(
              0x20000637, //         lui   a2, DEVICE >> 12
              0x00000297, // base:   auipc t0, 0
              0x03c2b683, //         ld    a3, satp - base(t0)
              0x0442b703, //         ld    a4, window - base(t0)
              0x04c2b783, //         ld    a5, loads - base(t0)
              0x0542b803, //         ld    a6, stride - base(t0)
              0x18069073, //         csrw  satp, a3
              0x12000073, //         sfence.vma
              0x00070313, // sweep:  mv    t1, a4
              0x00078393, //         mv    t2, a5
              0x00033e03, // loop:   ld    t3, 0(t1)
              0x01030333, //         add   t1, t1, a6
              0xfff38393, //         addi  t2, t2, -1
              0xfe039ae3, //         bnez  t2, loop
              0x00062023, //         sw    zero, 0(a2)
              0xfe5ff06f); //        j     sweep
      GuestMemory memory = hart.memory();
      long data = BareHart.ENTRY + 16 * Integer.BYTES;
      memory.writeLong(data, SV39 | ROOT >> 12);
      memory.writeLong(data + 8, WINDOW);
      memory.writeLong(data + 16, LOADS);
      memory.writeLong(data + 24, stride);
      map(memory);
    }

    /** Maps devices and RAM to themselves by pages of a gibibyte, and the window by small pages. */
    private static void map(GuestMemory memory) {
      memory.writeLong(ROOT, entry(0, LEAF));
      memory.writeLong(ROOT + 8 * (BareHart.RAM >> 30), entry(BareHart.RAM, LEAF));
      memory.writeLong(ROOT + 8 * (WINDOW >> 30), entry(MIDDLE, VALID));
      for (int i = 0; i < LOADS; i++) {
        if (i % ENTRIES == 0) {
          long leaves = LEAVES + i / ENTRIES * HostMemory.PAGE_SIZE;
          memory.writeLong(MIDDLE + 8L * (i / ENTRIES), entry(leaves, VALID));
        }
        memory.writeLong(LEAVES + 8L * i, entry(PAGE, LEAF));
      }
    }

    private static long entry(long gpa, int bits) {
      return gpa >> 12 << 10 | bits;
    }

    /** Frees the hart. */
    @TearDown
    public void close() {
      hart.close();
    }
  }

  /** A guest that loads from another page each time. */
  @State(Scope.Thread)
  public static class Misses extends Sweep {
    /** Makes the state; JMH calls it. */
    public Misses() {
      super(HostMemory.PAGE_SIZE);
    }
  }

  /** A guest that loads from the same page each time. */
  @State(Scope.Thread)
  public static class Hits extends Sweep {
    /** Makes the state; JMH calls it. */
    public Hits() {
      super(0);
    }
  }

  /** Runs four instructions for each load, and one exit for all of them. */
  @Benchmark
  @OperationsPerInvocation(LOADS)
  public VcpuExit loadTlbMiss(Misses guest) {
    return guest.hart.runToDevice();
  }

  /** Runs the same loop without the walk. */
  @Benchmark
  @OperationsPerInvocation(LOADS)
  public VcpuExit loadTlbHit(Hits guest) {
    return guest.hart.runToDevice();
  }
}
