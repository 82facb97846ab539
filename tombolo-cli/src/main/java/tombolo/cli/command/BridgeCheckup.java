// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a machine has for bridges to other hosts, whose messages Aeron carries. Faces the host:
 * reads files of the system.
 *
 * @param problems each with its remedy; empty if nothing is missing
 */
record BridgeCheckup(List<String> problems) {
  /** What a bridge lets another host have under way; a stream carries that in a round trip. */
  private static final long RECEIVE_BUFFER = 2 << 20;

  /** Aeron asks for this. */
  private static final long SEND_BUFFER = 128 << 10;

  /** Room for a few streams, each of which takes 12 MiB at the most. */
  private static final long SHARED_MEMORY = 64 << 20;

  private static final int LONGEST_NUMBER = 32;

  private static final Path SHM = Path.of("/dev/shm");
  private static final Path KERNEL = Path.of("/proc/sys/net/core");

  /** Copies the list. */
  BridgeCheckup {
    problems = List.copyOf(problems);
  }

  static BridgeCheckup now() {
    return of(SHM, KERNEL);
  }

  /** Looks at these directories in the place of the system's. */
  static BridgeCheckup of(Path shm, Path kernel) {
    List<String> problems = new ArrayList<>();
    sharedMemory(shm, problems);
    socketBuffer(
        kernel.resolve("rmem_max"),
        RECEIVE_BUFFER,
        "a stream carries no more in a round trip",
        problems);
    socketBuffer(kernel.resolve("wmem_max"), SEND_BUFFER, "Aeron wants more", problems);
    return new BridgeCheckup(problems);
  }

  private static void sharedMemory(Path shm, List<String> problems) {
    if (!Files.isWritable(shm)) {
      problems.add(
          "%s is missing or cannot be written, so the temporary directory is used; mount a tmpfs there"
              .formatted(shm));
      return;
    }
    try {
      long free = Files.getFileStore(shm).getUsableSpace();
      if (free < SHARED_MEMORY) {
        problems.add(
            "%s has %d MiB free; a stream takes up to 12 MiB, so make it larger"
                .formatted(shm, free >> 20));
      }
    } catch (IOException e) {
      problems.add("%s: %s".formatted(shm, e.getMessage()));
    }
  }

  private static void socketBuffer(Path file, long wanted, String why, List<String> problems) {
    if (!Files.exists(file)) {
      return; // another system, or a container that hides it
    }
    try {
      long most = number(file);
      if (most < wanted) {
        problems.add(
            "net.core.%s is %d; %s: sysctl -w net.core.%1$s=%4$d"
                .formatted(file.getFileName(), most, why, wanted));
      }
    } catch (IOException | NumberFormatException e) {
      problems.add("%s cannot be read: %s".formatted(file, e.getMessage()));
    }
  }

  /** Reads by one call: the kernel gives the rest of such a file to no second one. */
  private static long number(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] digits = new byte[LONGEST_NUMBER];
      int length = Math.max(in.read(digits), 0);
      return Long.parseLong(new String(digits, 0, length, StandardCharsets.US_ASCII).strip());
    }
  }

  /** Returns a line for people. */
  String describe() {
    return problems.isEmpty() ? "nothing is missing" : String.join("; ", problems);
  }
}
