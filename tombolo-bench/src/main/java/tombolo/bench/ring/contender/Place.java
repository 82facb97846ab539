// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import tombolo.bench.suite.BenchmarkException;

/**
 * The place where the two ends of a fork meet.
 *
 * @param directory the directory for files and sockets, which no other fork uses
 * @param twoProcesses whether the ends are in two processes
 */
public record Place(Path directory, boolean twoProcesses) {
  /** The size of each contender's buffer in bytes, without the contender's own bookkeeping. */
  public static final int CAPACITY = 1 << 20;

  private static final long PAGE = 4096;

  /**
   * A shared arena, as a program would use whose memory is freed some day. This one never closes.
   */
  private static final Arena ARENA = Arena.ofShared();

  /** Returns zeroed memory for both ends: of this process, or a file that both processes map. */
  public MemorySegment memory(long bytes) {
    if (!twoProcesses) {
      return ARENA.allocate(bytes, PAGE);
    }
    try (FileChannel file =
        FileChannel.open(
            directory.resolve("memory"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      return file.map(FileChannel.MapMode.READ_WRITE, 0, bytes, ARENA);
    } catch (IOException e) {
      throw new BenchmarkException("cannot map shared memory: " + e);
    }
  }
}
