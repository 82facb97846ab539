// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.jmh;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import tombolo.memory.Access;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;

/**
 * Looks up addresses in a guest memory of many regions, and maps and unmaps one more. There is no
 * vCPU to wait for. All regions map the same page of the host, so that the benchmark measures the
 * regions and not the host's memory.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class GuestMapBenchmark {
  private static final long PAGE = HostMemory.PAGE_SIZE;
  private static final int ADDRESSES = 1 << 16;

  /** The number of mapped regions. Each is a page, with an unmapped page behind it. */
  @Param({"1", "1000", "100000"})
  public int regions;

  private final GuestMemory memory = new GuestMemory();
  private final HostMemory host = HostMemory.allocate(PAGE);
  private final long[] addresses = new long[ADDRESSES];
  private int next;
  private long gap;

  /** Maps the regions, and chooses the addresses to look up. */
  @Setup
  public void map() {
    for (long i = 0; i < regions; i++) {
      memory.map(2 * PAGE * i, PAGE, host, 0, Access.READ_WRITE);
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < ADDRESSES; i++) {
      addresses[i] = 2 * PAGE * random.nextInt(regions) + random.nextLong(PAGE);
    }
    gap = PAGE * (regions / 2 * 2 + 1);
  }

  /** Frees the memory. */
  @TearDown
  public void close() {
    memory.unmapAll();
    host.close();
  }

  /** Looks up the region at one of many addresses, in random order. */
  @Benchmark
  public MemoryRegion translate() {
    next = next + 1 & ADDRESSES - 1;
    return Objects.requireNonNull(memory.regionAt(addresses[next]));
  }

  /** Maps one more region in the middle, and unmaps it. */
  @Benchmark
  public void mapUnmap() {
    memory.map(gap, PAGE, host, 0, Access.READ_WRITE);
    memory.unmap(gap, PAGE);
  }
}
