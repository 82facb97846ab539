// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Typed access")
class TypedAccessTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;

  /**
   * The address of the guest's 3 pages: two writable ones, apart and reversed in the host, and ROM.
   */
  private static final long RAM = 0x8000_0000L;

  private static final long ROM = RAM + 2 * PAGE;
  private static final long END = RAM + 3 * PAGE;

  private final GuestMemory guest = new GuestMemory();
  private final HostMemory host = HostMemory.allocate(6 * PAGE);

  @BeforeEach
  void map() {
    guest.map(RAM, PAGE, host, 4 * PAGE, Access.READ_WRITE_EXECUTE);
    guest.map(RAM + PAGE, PAGE, host, 2 * PAGE, Access.READ_WRITE);
    guest.map(ROM, PAGE, host, 0, Access.READ);
  }

  @AfterEach
  void free() {
    guest.unmapAll();
    host.close();
  }

  /** An access with its size in bytes, which is also its alignment. */
  private static Arguments scalar(String name, long size, ScalarAccess access) {
    return arguments(name, size, access);
  }

  interface ScalarAccess {
    void at(GuestMemory guest, long gpa);
  }

  static Stream<Arguments> scalarReads() {
    return Stream.of(
        scalar("readByte", 1, GuestMemory::readByte),
        scalar("readShort", 2, GuestMemory::readShort),
        scalar("readInt", 4, GuestMemory::readInt),
        scalar("readLong", 8, GuestMemory::readLong),
        scalar("getOpaqueInt", 4, GuestMemory::getOpaqueInt),
        scalar("getOpaqueLong", 8, GuestMemory::getOpaqueLong),
        scalar("getAcquireInt", 4, GuestMemory::getAcquireInt),
        scalar("getAcquireLong", 8, GuestMemory::getAcquireLong));
  }

  static Stream<Arguments> scalarWrites() {
    return Stream.of(
        scalar("writeByte", 1, (guest, gpa) -> guest.writeByte(gpa, (byte) -1)),
        scalar("writeShort", 2, (guest, gpa) -> guest.writeShort(gpa, (short) -1)),
        scalar("writeInt", 4, (guest, gpa) -> guest.writeInt(gpa, -1)),
        scalar("writeLong", 8, (guest, gpa) -> guest.writeLong(gpa, -1)),
        scalar("setOpaqueInt", 4, (guest, gpa) -> guest.setOpaqueInt(gpa, -1)),
        scalar("setOpaqueLong", 8, (guest, gpa) -> guest.setOpaqueLong(gpa, -1)),
        scalar("setReleaseInt", 4, (guest, gpa) -> guest.setReleaseInt(gpa, -1)),
        scalar("setReleaseLong", 8, (guest, gpa) -> guest.setReleaseLong(gpa, -1)),
        scalar("compareAndSetInt", 4, (guest, gpa) -> guest.compareAndSetInt(gpa, 0, -1)),
        scalar("compareAndSetLong", 8, (guest, gpa) -> guest.compareAndSetLong(gpa, 0, -1)));
  }

  static Stream<Arguments> scalars() {
    return Stream.concat(scalarReads(), scalarWrites());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scalarWrites")
  @DisplayName("writes exactly the bytes of the scalar")
  void writesExactly(String name, long size, ScalarAccess access) {
    for (long gpa : new long[] {RAM, RAM + 8, RAM + PAGE - size, RAM + 2 * PAGE - size}) {
      guest.zero(RAM, 2 * PAGE);
      access.at(guest, gpa);
      byte[] ram = new byte[(int) (2 * PAGE)];
      guest.read(RAM, ram, 0, ram.length);
      for (int i = 0; i < ram.length; i++) {
        boolean inside = i >= gpa - RAM && i < gpa - RAM + size;
        assertThat(ram[i]).as("byte %d", i).isEqualTo((byte) (inside ? -1 : 0));
      }
      // Host pages 1, 3 and 5 belong to nobody, and page 0 is the ROM.
      for (long page : new long[] {0, 1, 3, 5}) {
        assertThat(host.segment().asSlice(page * PAGE, PAGE).toArray(JAVA_BYTE)).containsOnly(0);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scalars")
  @DisplayName("refuses a misaligned scalar")
  void refusesMisaligned(String name, long size, ScalarAccess access) {
    for (long off = 1; off < size; off++) {
      long gpa = RAM + PAGE - off;
      assertRefused(
          () -> access.at(guest, gpa),
          gpa,
          size,
          GuestMemoryException.Reason.MISALIGNED,
          "GPA 0x%x, %d bytes: misaligned, must be a multiple of %d".formatted(gpa, size, size));
    }
    assertNothingWritten();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scalars")
  @DisplayName("refuses a scalar where nothing is mapped")
  void refusesUnmapped(String name, long size, ScalarAccess access) {
    for (long gpa : new long[] {0, RAM - 8, END, Long.MAX_VALUE - 7, -8, Long.MIN_VALUE}) {
      assertRefused(
          () -> access.at(guest, gpa),
          gpa,
          size,
          GuestMemoryException.Reason.NOT_MAPPED,
          "GPA 0x%x, %d bytes: not mapped at 0x%x".formatted(gpa, size, gpa));
    }
    assertNothingWritten();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scalarWrites")
  @DisplayName("refuses to write a scalar to read-only memory")
  void refusesReadOnly(String name, long size, ScalarAccess access) {
    assertRefused(
        () -> access.at(guest, ROM),
        ROM,
        size,
        GuestMemoryException.Reason.READ_ONLY,
        "GPA 0x80002000, %d bytes: read-only at 0x80002000, in 0x80002000..0x80002fff READ"
            .formatted(size));
    assertNothingWritten();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scalarReads")
  @DisplayName("reads scalars from read-only memory")
  void readsReadOnly(String name, long size, ScalarAccess access) {
    access.at(guest, ROM + PAGE - size);
  }

  @Test
  @DisplayName("reads what was written, little-endian, in every size and mode")
  void readsBack() {
    guest.writeLong(RAM, 0x8877_6655_4433_2211L);
    assertThat(guest.readLong(RAM)).isEqualTo(0x8877_6655_4433_2211L);
    assertThat(guest.readInt(RAM + 4)).isEqualTo(0x8877_6655);
    assertThat(guest.readShort(RAM + 2)).isEqualTo((short) 0x4433);
    assertThat(guest.readByte(RAM)).isEqualTo((byte) 0x11);
    assertThat(guest.getAcquireLong(RAM)).isEqualTo(guest.getOpaqueLong(RAM));
    assertThat(guest.getAcquireInt(RAM + 4)).isEqualTo(guest.getOpaqueInt(RAM + 4));
    guest.writeByte(RAM + 7, (byte) 1);
    guest.writeShort(RAM + 4, (short) 2);
    assertThat(guest.getAcquireLong(RAM)).isEqualTo(0x0177_0002_4433_2211L);
    guest.setReleaseInt(RAM, 3);
    guest.setOpaqueInt(RAM + 4, 4);
    assertThat(guest.readLong(RAM)).isEqualTo(0x4_0000_0003L);
    guest.setReleaseLong(RAM, 5);
    guest.setOpaqueLong(RAM + 8, 6);
    guest.writeInt(RAM + 16, 7);
    assertThat(guest.readLong(RAM)).isEqualTo(5);
    assertThat(guest.readLong(RAM + 8)).isEqualTo(6);
    assertThat(guest.readLong(RAM + 16)).isEqualTo(7);
  }

  @Test
  @DisplayName("compares and sets only what is as expected")
  void comparesAndSets() {
    guest.writeLong(RAM, 0x1_0000_0002L);
    assertThat(guest.compareAndSetInt(RAM, 3, 9)).isFalse();
    assertThat(guest.compareAndSetLong(RAM, 2, 9)).isFalse();
    assertThat(guest.readLong(RAM)).isEqualTo(0x1_0000_0002L);
    assertThat(guest.compareAndSetInt(RAM, 2, 9)).isTrue();
    assertThat(guest.compareAndSetLong(RAM, 0x1_0000_0009L, -1)).isTrue();
    assertThat(guest.readLong(RAM)).isEqualTo(-1);
  }

  @Test
  @DisplayName("reads and writes byte ranges across regions that touch only for the guest")
  void rangesCrossRegions() {
    byte[] bytes = "a word that lies in two regions".getBytes(StandardCharsets.UTF_8);
    long gpa = RAM + PAGE - 7;
    guest.write(gpa, bytes, 2, bytes.length - 3);
    byte[] back = new byte[bytes.length + 2];
    guest.read(gpa, back, 4, bytes.length - 3);
    assertThat(back).startsWith(0, 0, 0, 0).endsWith(0);
    assertThat(Arrays.copyOfRange(back, 4, 4 + bytes.length - 3))
        .isEqualTo(Arrays.copyOfRange(bytes, 2, bytes.length - 1));
    assertThat(host.segment().get(JAVA_BYTE, 5 * PAGE - 1)).isEqualTo(bytes[2 + 6]);
    assertThat(host.segment().get(JAVA_BYTE, 2 * PAGE)).isEqualTo(bytes[2 + 7]);
  }

  @Test
  @DisplayName("takes segments of the host as well as arrays")
  void takesSegments() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(PAGE + 100);
      from.fill((byte) 9);
      MemorySegment into = arena.allocate(PAGE + 100);
      guest.write(RAM + 50, from);
      guest.read(RAM + 50, into);
      assertThat(into.mismatch(from)).isEqualTo(-1);
      assertThat(guest.readByte(RAM + 49)).isZero();
      assertThat(guest.readByte(RAM + 150 + PAGE)).isZero();
    }
  }

  @Test
  @DisplayName("fills and zeroes exactly a range")
  void fills() {
    guest.fill(RAM, 2 * PAGE, (byte) 0x77);
    guest.zero(RAM + PAGE - 3, 5);
    assertThat(guest.readByte(RAM + PAGE - 4)).isEqualTo((byte) 0x77);
    assertThat(guest.readByte(RAM + PAGE - 3)).isZero();
    assertThat(guest.readByte(RAM + PAGE + 1)).isZero();
    assertThat(guest.readByte(RAM + PAGE + 2)).isEqualTo((byte) 0x77);
    assertThatThrownBy(() -> guest.fill(RAM, -1, (byte) 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("size must not be negative: -1");
  }

  @Test
  @DisplayName("succeeds anywhere if the range is empty")
  void emptyRanges() {
    guest.read(0, new byte[0], 0, 0);
    guest.write(ROM, new byte[3], 3, 0);
    guest.zero(-1, 0);
  }

  @Test
  @DisplayName("refuses a range with an unmapped byte anywhere, and writes nothing of it")
  void refusesRangesWithHoles() {
    guest.unmap(RAM + PAGE, PAGE);
    assertRangeRefused(RAM + 100, 2 * PAGE, RAM + PAGE, true);
    assertRangeRefused(RAM - 1, 10, RAM - 1, true);
    assertRangeRefused(END - 1, 2, END, false);
    assertRangeRefused(Long.MAX_VALUE, 2, Long.MAX_VALUE, true);
    assertRangeRefused(-1, 2, -1, true);
    assertNothingWritten();
  }

  private void assertRangeRefused(long gpa, long size, long hole, boolean writable) {
    byte[] bytes = new byte[(int) size];
    Arrays.fill(bytes, (byte) -1);
    String message = "GPA 0x%x, %d bytes: not mapped at 0x%x".formatted(gpa, size, hole);
    GuestMemoryException.Reason reason = GuestMemoryException.Reason.NOT_MAPPED;
    assertRefused(() -> guest.read(gpa, bytes, 0, (int) size), gpa, size, reason, message);
    assertThat(bytes).as("nothing read").containsOnly(-1);
    if (writable) {
      assertRefused(() -> guest.write(gpa, bytes, 0, (int) size), gpa, size, reason, message);
      assertRefused(() -> guest.fill(gpa, size, (byte) -1), gpa, size, reason, message);
    }
  }

  @Test
  @DisplayName("refuses to write a range that reaches into read-only memory, and writes nothing")
  void refusesRangesIntoRom() {
    byte[] bytes = {1, 2, 3, 4};
    String message =
        "GPA 0x80001ffe, 4 bytes: read-only at 0x80002000, in 0x80002000..0x80002fff READ";
    GuestMemoryException.Reason reason = GuestMemoryException.Reason.READ_ONLY;
    assertRefused(() -> guest.write(ROM - 2, bytes, 0, 4), ROM - 2, 4, reason, message);
    assertRefused(() -> guest.fill(ROM - 2, 4, (byte) 1), ROM - 2, 4, reason, message);
    assertNothingWritten();
  }

  @Test
  @DisplayName("refuses a range outside the array before it touches the guest")
  void refusesPartsThatArraysDoNotHave() {
    byte[] bytes = {1, 2, 3, 4};
    LongConsumer[] accesses = {
      gpa -> guest.write(gpa, bytes, 2, 3),
      gpa -> guest.write(gpa, bytes, -1, 2),
      gpa -> guest.read(gpa, bytes, 5, 0),
      gpa -> guest.read(gpa, bytes, 0, -1),
      gpa -> guest.read(gpa, bytes, 1, Integer.MAX_VALUE),
    };
    for (LongConsumer access : accesses) {
      assertThatThrownBy(() -> access.accept(RAM)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(bytes).containsExactly(1, 2, 3, 4);
    assertNothingWritten();
  }

  private static void assertRefused(
      Runnable access, long gpa, long size, GuestMemoryException.Reason reason, String message) {
    GuestMemoryException refused = catchThrowableOfType(GuestMemoryException.class, access::run);
    assertThat(refused).isNotNull().hasMessage(message);
    assertThat(refused.gpa()).isEqualTo(gpa);
    assertThat(refused.size()).isEqualTo(size);
    assertThat(refused.reason()).isEqualTo(reason);
  }

  private void assertNothingWritten() {
    assertThat(host.segment().toArray(JAVA_BYTE)).containsOnly(0);
  }
}
