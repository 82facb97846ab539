// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisplayName("Shareable host memory on Linux")
@EnabledOnOs(OS.LINUX)
class ShareableMemoryTest {
  private static final long SIZE = 4 * HostMemory.PAGE_SIZE;

  /** Returns the path by which a peer with the descriptor can open the memory. */
  private static Path file(HostMemory memory) {
    return Path.of("/proc/self/fd/" + memory.fileDescriptor().orElseThrow());
  }

  private static FileChannel peer(HostMemory memory) throws IOException {
    return FileChannel.open(file(memory), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Test
  @DisplayName("has a descriptor under its name, private memory has none")
  void isNamed() throws IOException {
    try (HostMemory shared = HostMemory.allocateShareable("tombolo-ram", SIZE);
        HostMemory plain = HostMemory.allocate(SIZE)) {
      assertThat(Files.readSymbolicLink(file(shared)).toString()).startsWith("/memfd:tombolo-ram");
      assertThat(plain.fileDescriptor()).isEmpty();
    }
  }

  @Test
  @DisplayName("is the same memory for everybody who has the descriptor")
  void isShared() throws IOException {
    try (HostMemory memory = HostMemory.allocateShareable("shared", SIZE);
        FileChannel peer = peer(memory)) {
      assertThat(peer.size()).isEqualTo(SIZE);
      peer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), SIZE - 3);
      assertThat(memory.segment().get(JAVA_BYTE, SIZE - 1)).isEqualTo((byte) 3);
    }
  }

  @Test
  @DisplayName("can't be shrunk by a peer")
  void cannotShrink() throws IOException {
    try (HostMemory memory = HostMemory.allocateShareable("sealed", SIZE);
        FileChannel peer = peer(memory)) {
      assertThatThrownBy(() -> peer.truncate(0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Operation not permitted");
      assertThat(peer.size()).isEqualTo(SIZE);
    }
  }

  @Test
  @DisplayName("can't be grown by a peer")
  void cannotGrow() throws IOException {
    try (HostMemory memory = HostMemory.allocateShareable("sealed", SIZE);
        FileChannel peer = peer(memory)) {
      assertThatThrownBy(() -> peer.write(ByteBuffer.allocate(1), SIZE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Operation not permitted");
      assertThat(peer.size()).isEqualTo(SIZE);
    }
  }

  @Test
  @DisplayName("with a name that the kernel refuses is an exception with errno's name")
  void refusesLongName() {
    long before = HostMemory.liveBytes();
    assertThatThrownBy(() -> HostMemory.allocateShareable("n".repeat(250), SIZE))
        .isInstanceOf(HostMemoryException.class)
        .hasMessageStartingWith("the host has no 16384 bytes of shareable memory: memfd_create")
        .hasMessageContaining("EINVAL");
    assertThat(HostMemory.liveBytes()).isEqualTo(before);
  }

  @Test
  @DisplayName("that can't be mapped leaves no descriptor behind")
  void refusedMappingClosesDescriptor() {
    long before = NativeLeakTest.descriptors();
    for (int i = 0; i < 20; i++) {
      // A file may be this large, but the address space has no such room.
      assertThatThrownBy(() -> HostMemory.allocateShareable("huge", 1L << 53))
          .isInstanceOf(HostMemoryException.class)
          .hasMessageContaining("mmap of 9007199254740992 bytes failed with ENOMEM");
    }
    assertThat(NativeLeakTest.descriptors()).isLessThan(before + 10);
  }
}
