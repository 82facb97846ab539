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

/** Measures a guest's system call: from U-mode to S-mode by {@code ecall}, back by {@code sret}. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class TrapBenchmark {
  private static final int TRAPS = 1000;

  private final BareHart hart =
      new BareHart(
          0x20000637, //          lui   a2, DEVICE >> 12
          0x00000297, //          auipc t0, 0
          0x02c28293, //          addi  t0, t0, handler - .
          0x10529073, //          csrw  stvec, t0
          0xff828313, //          addi  t1, t0, user - handler
          0x14131073, //          csrw  sepc, t1
          0x10000393, //          li    t2, SSTATUS_SPP
          0x1003b073, //          csrc  sstatus, t2
          0x3e800413, //          li    s0, TRAPS
          0x10200073, //          sret
          0x00000073, // user:    ecall
          0xffdff06f, //          j     user
          0x141022f3, // handler: csrr  t0, sepc
          0x00428293, //          addi  t0, t0, 4
          0x14129073, //          csrw  sepc, t0
          0xfff40413, //          addi  s0, s0, -1
          0x00041663, //          bnez  s0, 1f
          0x00062023, //          sw    zero, 0(a2)
          0x3e800413, //          li    s0, TRAPS
          0x10200073); // 1:      sret

  /** Frees the hart. */
  @TearDown
  public void close() {
    hart.close();
  }

  /** Runs eight instructions for each trap, and one exit for all of them. */
  @Benchmark
  @OperationsPerInvocation(TRAPS)
  public VcpuExit trap() {
    return hart.runToDevice();
  }
}
