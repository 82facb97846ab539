// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import tombolo.bench.BenchmarkException;

/**
 * Where the two ends of a fork meet.
 *
 * @param directory for files and sockets; only this fork's
 * @param twoProcesses whether the ends are in two processes
 */
record Place(Path directory, boolean twoProcesses) {
  /** Bytes of each contender's buffer, without what it keeps beside the data. */
  static final int CAPACITY = 1 << 20;

  private static final long PAGE = 4096;

  /**
   * A shared one, as for memory that a program means to give back some day; this one never does.
   */
  private static final Arena ARENA = Arena.ofShared();

  /**
   * Memory for both ends, filled with zeros: of this process, or a file that both processes map.
   */
  MemorySegment memory(long bytes) {
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
