// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import tombolo.machine.VcpuExit;

/** Measures a guest's access to a device: out of the vCPU, through the bus, and back in. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MmioExitBenchmark {
  /** A guest that loads for ever. */
  @State(Scope.Thread)
  public static class Loads {
    private final BareHart hart =
        new BareHart(
            0x20000637, //     lui a2, DEVICE >> 12
            0x00062683, // 1:  lw a3, 0(a2)
            0xffdff06f); //    j 1b

    /** Frees the hart. */
    @TearDown
    public void close() {
      hart.close();
    }
  }

  /** A guest that stores for ever. */
  @State(Scope.Thread)
  public static class Stores {
    private final BareHart hart =
        new BareHart(
            0x20000637, //     lui a2, DEVICE >> 12
            0x00062023, // 1:  sw zero, 0(a2)
            0xffdff06f); //    j 1b

    /** Frees the hart. */
    @TearDown
    public void close() {
      hart.close();
    }
  }

  /** Runs a load and a jump. */
  @Benchmark
  public VcpuExit mmioLoad(Loads guest) {
    return guest.hart.runToDevice();
  }

  /** Runs a store and a jump. */
  @Benchmark
  public VcpuExit mmioStore(Stores guest) {
    return guest.hart.runToDevice();
  }
}
