// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Counts this process's kernel objects. The JVM itself opens files and maps memory meanwhile, so
 * the bounds leave room for some; a leak of one a round would be thousands.
 */
@DisplayName("After thousands of rounds of allocate, map, unmap and close")
@EnabledOnOs(OS.LINUX)
class NativeLeakTest {
  private static final int ROUNDS = 3_000;
  private static final int SLACK = 300;
  private static final long SIZE = 2 * HostMemory.PAGE_SIZE;

  @Test
  @DisplayName("no bytes, descriptors or mappings are left")
  void nothingIsLeft() {
    round();
    long bytes = HostMemory.liveBytes();
    long count = HostMemory.liveCount();
    long descriptors = descriptors();
    long mappings = mappings();
    for (int i = 0; i < ROUNDS; i++) {
      round();
    }
    assertThat(HostMemory.liveBytes()).isEqualTo(bytes);
    assertThat(HostMemory.liveCount()).isEqualTo(count);
    assertThat(descriptors()).isLessThan(descriptors + SLACK);
    assertThat(mappings()).isLessThan(mappings + SLACK);
  }

  private static void round() {
    GuestMemory guest = new GuestMemory();
    try (HostMemory ram = HostMemory.allocate(SIZE);
        HostMemory channel = HostMemory.allocateShareable("round", SIZE)) {
      ram.segment().set(JAVA_BYTE, 0, (byte) 1);
      channel.segment().set(JAVA_BYTE, 0, (byte) 1);
      guest.map(0, SIZE, ram, 0, Access.READ_WRITE_EXECUTE);
      guest.map(SIZE, SIZE, channel, 0, Access.READ_WRITE);
      guest.unmapAll();
    }
  }

  static long descriptors() {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** Returns the number of kernel mappings. Those of memfds never merge, so each leak counts. */
  private static long mappings() {
    try (Stream<String> all = Files.lines(Path.of("/proc/self/maps"))) {
      return all.count();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
