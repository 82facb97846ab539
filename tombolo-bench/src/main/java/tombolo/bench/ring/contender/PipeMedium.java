// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import tombolo.bench.suite.BenchmarkException;

/** A blocking pipe: unnamed in one process, named between two. */
final class PipeMedium implements Medium {
  private final @Nullable Pipe pipe;
  private final Path path;
  private final int bytes;

  PipeMedium(Place place, int bytes) {
    this.path = place.directory().resolve("pipe");
    this.bytes = bytes;
    try {
      this.pipe = place.twoProcesses() ? null : Pipe.open();
    } catch (IOException e) {
      throw new BenchmarkException("cannot make a pipe: " + e);
    }
  }

  @Override
  public Sender sender() {
    Pipe own = pipe;
    WritableByteChannel out =
        own != null
            ? own.sink()
            : Patience.until(
                "a named pipe",
                // Opening it waits for the reader.
                () -> Files.exists(path) ? FileChannel.open(path, StandardOpenOption.WRITE) : null);
    return StreamEnds.sender(out, bytes);
  }

  @Override
  public Receiver receiver(Arrivals arrivals) {
    Pipe own = pipe;
    ReadableByteChannel in = own != null ? own.source() : openNamed();
    return StreamEnds.receiver(in, arrivals);
  }

  private ReadableByteChannel openNamed() {
    try {
      // The JDK cannot make one. The command is part of POSIX.
      if (new ProcessBuilder("mkfifo", path.toString()).inheritIO().start().waitFor() != 0) {
        throw new BenchmarkException("mkfifo failed");
      }
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new BenchmarkException("cannot make a named pipe: " + e);
    } catch (InterruptedException e) {
      throw new BenchmarkException("interrupted while making a named pipe");
    }
  }
}
