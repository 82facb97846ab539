// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.jmh;

import java.lang.invoke.MethodHandles;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import tombolo.memory.Access;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;
import tombolo.memory.RecordLayout;

/** Measures the host's typed access to guest memory, as devices use it. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class TypedAccessBenchmark {
  private static final long BASE = 0x8000_0000L;
  private static final long SIZE = 1 << 20;

  /** A record like the requests that devices read from guest memory. */
  record Request(int operation, int status, long key, long size) {}

  private static final RecordLayout<Request> LAYOUT =
      RecordLayout.of(MethodHandles.lookup(), Request.class);

  private final GuestMemory memory = new GuestMemory();
  private final HostMemory host = HostMemory.allocate(SIZE);
  private final byte[] page = new byte[(int) HostMemory.PAGE_SIZE];

  /** Maps the memory. */
  public TypedAccessBenchmark() {
    memory.map(BASE, SIZE, host, 0, Access.READ_WRITE);
  }

  /** Frees the memory. */
  @TearDown
  public void close() {
    memory.unmapAll();
    host.close();
  }

  /** Reads eight bytes. */
  @Benchmark
  public long readLong() {
    return memory.readLong(BASE + 64);
  }

  /** Writes eight bytes in release mode. */
  @Benchmark
  public void setReleaseLong() {
    memory.setReleaseLong(BASE + 64, 1);
  }

  /** Reads a record of four fields. */
  @Benchmark
  public Record readRecord() {
    return memory.readFromGuest(BASE + 128, LAYOUT);
  }

  /** Reads 4 KiB. */
  @Benchmark
  public byte[] readPage() {
    memory.read(BASE + 256, page, 0, page.length);
    return page;
  }
}
