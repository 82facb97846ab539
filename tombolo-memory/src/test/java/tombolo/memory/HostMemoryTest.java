// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Host memory")
class HostMemoryTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;

  /** Both kinds, 64 KiB. */
  static Stream<HostMemory> bothKinds() {
    return Stream.of(
        HostMemory.allocate(16 * PAGE), HostMemory.allocateShareable("both kinds", 16 * PAGE));
  }

  @ParameterizedTest
  @MethodSource("bothKinds")
  @DisplayName("is zero when fresh, and as large as was asked for")
  void freshIsZero(HostMemory memory) {
    try (memory) {
      assertThat(memory.size()).isEqualTo(16 * PAGE);
      assertThat(memory.segment().byteSize()).isEqualTo(16 * PAGE);
      assertThat(memory.segment().toArray(JAVA_BYTE)).containsOnly(0);
    }
  }

  @Test
  @DisplayName("is zero when fresh, although the same pages were dirty before")
  void reusedPagesAreZero() {
    for (int round = 0; round < 50; round++) {
      try (HostMemory memory = HostMemory.allocate(4 * PAGE)) {
        assertThat(memory.segment().toArray(JAVA_BYTE)).containsOnly(0);
        memory.segment().fill((byte) 0xa5);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("bothKinds")
  @DisplayName("keeps what is written from its first to its last byte, at its native address")
  void keepsWhatIsWritten(HostMemory memory) {
    try (memory) {
      memory.segment().set(JAVA_LONG, 0, 0x0123_4567_89ab_cdefL);
      memory.segment().set(JAVA_LONG, memory.size() - 8, -2);
      assertThat(memory.segment().get(JAVA_LONG, 0)).isEqualTo(0x0123_4567_89ab_cdefL);
      assertThat(memory.segment().get(JAVA_LONG, memory.size() - 8)).isEqualTo(-2);
      assertThat(memory.address()).isEqualTo(memory.segment().address()).isNotZero();
      assertThat(memory.address() % PAGE).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -4096, 1, 4095, 4097, Long.MIN_VALUE, Long.MAX_VALUE})
  @DisplayName("has a size that is a positive multiple of the page size, and no other")
  void refusesOtherSizes(long size) {
    String message = "size must be a positive multiple of 4096 bytes: " + size;
    assertThatThrownBy(() -> HostMemory.allocate(size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> HostMemory.allocateShareable("odd", size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  @DisplayName("that the host does not have is an exception with errno's name, and leaves nothing")
  void tooMuchIsRefusedWithErrno() {
    long before = HostMemory.liveBytes();
    long petabytes = 1L << 53;
    assertThatThrownBy(() -> HostMemory.allocate(petabytes))
        .isInstanceOf(HostMemoryException.class)
        .hasMessageStartingWith("the host has no 9007199254740992 bytes of private memory: ")
        .hasMessageContaining("ENOMEM");
    assertThat(HostMemory.liveBytes()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("bothKinds")
  @DisplayName("is closed once, however often close is called, and not reachable afterwards")
  void closeIsIdempotent(HostMemory memory) {
    long bytes = HostMemory.liveBytes();
    long count = HostMemory.liveCount();
    memory.close();
    memory.close();
    assertThat(HostMemory.liveBytes()).isEqualTo(bytes - 16 * PAGE);
    assertThat(HostMemory.liveCount()).isEqualTo(count - 1);
    assertThatThrownBy(() -> memory.segment().get(JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(memory::fileDescriptor)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this host memory was freed");
    assertThat(memory.toString()).endsWith("freed]");
  }

  @Test
  @DisplayName("that is closed while guests map it lives until the last mapping goes")
  void mappingsKeepItAlive() {
    long before = HostMemory.liveBytes();
    GuestMemory alice = new GuestMemory();
    GuestMemory bob = new GuestMemory();
    HostMemory channel = HostMemory.allocate(PAGE);
    alice.map(0, PAGE, channel, 0, Access.READ_WRITE);
    bob.map(0, PAGE, channel, 0, Access.READ);

    channel.close();
    alice.writeInt(0, 7);
    assertThat(bob.readInt(0)).isEqualTo(7);
    assertThat(HostMemory.liveBytes()).isEqualTo(before + PAGE);

    alice.unmap(0, PAGE);
    assertThat(bob.readInt(0)).isEqualTo(7);

    bob.unmap(0, PAGE);
    assertThat(HostMemory.liveBytes()).isEqualTo(before);
  }

  @Test
  @DisplayName("that is closed can't be mapped anew, mapped elsewhere or not")
  void closedCannotBeMapped() {
    GuestMemory guest = new GuestMemory();
    HostMemory memory = HostMemory.allocate(PAGE);
    guest.map(0, PAGE, memory, 0, Access.READ);
    memory.close();
    assertThatThrownBy(() -> guest.map(PAGE, PAGE, memory, 0, Access.READ))
        .isInstanceOf(GuestMapException.class)
        .hasMessage("can't map 0x1000..0x1fff READ: its host memory is closed");
    guest.unmapAll();
    assertThatThrownBy(() -> guest.map(PAGE, PAGE, memory, 0, Access.READ))
        .isInstanceOf(GuestMapException.class);
    assertThat(guest.regions()).isEmpty();
  }

  @Test
  @DisplayName("can be larger than what the host would give if it were touched")
  void costsNothingUntouched() {
    assertThatCode(() -> HostMemory.allocate(1L << 40).close()).doesNotThrowAnyException();
  }

  @Test
  @DisplayName("shows a slice as long as an arena is open, and itself longer")
  void viewsCanBeTakenBack() {
    try (HostMemory memory = HostMemory.allocate(4 * PAGE)) {
      MemorySegment view;
      try (Arena arena = Arena.ofShared()) {
        view = memory.view(PAGE, PAGE, arena);
        assertThat(view.byteSize()).isEqualTo(PAGE);
        view.set(JAVA_BYTE, 0, (byte) 7);
        assertThat(memory.segment().get(JAVA_BYTE, PAGE)).isEqualTo((byte) 7);
        assertThatThrownBy(() -> view.get(JAVA_BYTE, PAGE))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThatThrownBy(() -> view.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
      assertThat(memory.segment().get(JAVA_BYTE, PAGE)).isEqualTo((byte) 7);
    }
  }

  @Test
  @DisplayName("shows no slice that reaches out of it")
  void viewsAreInside() {
    try (HostMemory memory = HostMemory.allocate(PAGE);
        Arena arena = Arena.ofShared()) {
      assertThatThrownBy(() -> memory.view(1, PAGE, arena))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.view(-1, 1, arena))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
