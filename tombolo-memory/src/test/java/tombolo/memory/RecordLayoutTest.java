// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandles;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A record in guest memory")
class RecordLayoutTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;

  /** The C struct {@code { u8 a; u32 b; u16 c; u64 d; f32 e; u16 f; f64 g; }}. */
  record Mixed(byte a, int b, short c, long d, float e, char f, double g) {}

  /** Virtio's {@code struct vring_desc}. */
  record Descriptor(long address, int length, short flags, short next) {}

  record Positive(int value) {
    Positive {
      if (value <= 0) {
        throw new IllegalArgumentException("not positive: " + value);
      }
    }
  }

  record Empty() {}

  record WithText(int number, String text) {}

  record WithBoolean(boolean flag) {}

  private static final RecordLayout<Mixed> MIXED = layout(Mixed.class);
  private static final RecordLayout<Descriptor> DESCRIPTOR = layout(Descriptor.class);
  private static final RecordLayout<Positive> POSITIVE = layout(Positive.class);

  private final GuestMemory guest = new GuestMemory();
  private final HostMemory host = HostMemory.allocate(4 * PAGE);

  private static <T extends Record> RecordLayout<T> layout(Class<T> type) {
    return RecordLayout.of(MethodHandles.lookup(), type);
  }

  /** Pages 0 and 1 touch for the guest; in the host they lie apart and in reverse order. */
  @BeforeEach
  void mapTwoPages() {
    guest.map(0, PAGE, host, 2 * PAGE, Access.READ_WRITE);
    guest.map(PAGE, PAGE, host, 0, Access.READ_WRITE);
  }

  @AfterEach
  void free() {
    guest.unmapAll();
    host.close();
  }

  @ParameterizedTest
  @CsvSource({"a, 0", "b, 4", "c, 8", "d, 16", "e, 24", "f, 28", "g, 32"})
  @DisplayName("has its fields where C has them")
  void fieldsAreAligned(String component, long offset) {
    assertThat(MIXED.offsetOf(component)).isEqualTo(offset);
  }

  @Test
  @DisplayName("is as large and aligned as C's struct, padding at the end included")
  void sizeIsPadded() {
    record Tail(long first, byte last) {}
    assertThat(MIXED.size()).isEqualTo(40);
    assertThat(MIXED.alignment()).isEqualTo(8);
    assertThat(layout(Tail.class).size()).isEqualTo(16);
    assertThat(layout(Positive.class).alignment()).isEqualTo(4);
    assertThat(DESCRIPTOR.toString())
        .isEqualTo("RecordLayout[%s, 16 bytes, alignment 8]".formatted(Descriptor.class.getName()));
  }

  @Test
  @DisplayName("is little-endian, byte for byte")
  void isLittleEndian() {
    guest.writeToGuest(
        64, DESCRIPTOR, new Descriptor(0x1122_3344_5566_7788L, 0x99aa_bbcc, (short) 1, (short) -2));
    byte[] bytes = new byte[16];
    guest.read(64, bytes, 0, 16);
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("8877665544332211ccbbaa990100feff");
  }

  @Test
  @DisplayName("comes back as it was written, every primitive type")
  void roundTrip() {
    Mixed value =
        new Mixed(
            Byte.MIN_VALUE,
            Integer.MIN_VALUE,
            Short.MAX_VALUE,
            Long.MIN_VALUE + 1,
            -0.0f,
            '\uffff',
            Double.MIN_VALUE);
    guest.writeToGuest(128, MIXED, value);
    assertThat(guest.readFromGuest(128, MIXED)).isEqualTo(value);
  }

  @Test
  @DisplayName("leaves its padding and its neighbours as they are")
  void touchesNothingElse() {
    guest.fill(0, 256, (byte) 0x5a);
    guest.writeToGuest(64, MIXED, new Mixed((byte) 0, 0, (short) 0, 0, 0, '\0', 0));
    byte[] bytes = new byte[256];
    guest.read(0, bytes, 0, 256);
    String padded = "00" + "5a".repeat(3) + "00".repeat(6) + "5a".repeat(6) + "00".repeat(14);
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "5a".repeat(64) + padded + "5a".repeat(2) + "00".repeat(8) + "5a".repeat(256 - 104));
  }

  @Test
  @DisplayName("may lie in two regions that touch only for the guest")
  void crossesRegions() {
    Mixed value = new Mixed((byte) 1, 2, (short) 3, 4, 5, '6', 7);
    guest.writeToGuest(PAGE - 16, MIXED, value);
    assertThat(guest.readFromGuest(PAGE - 16, MIXED)).isEqualTo(value);
    assertThat(guest.readLong(PAGE)).isEqualTo(4);
    assertThat(guest.readByte(PAGE - 16)).isEqualTo((byte) 1);
  }

  @Test
  @DisplayName("is refused if it would run past the end of memory, and nothing is written")
  void runsPastTheEnd() {
    long last = 2 * PAGE - 8;
    assertThatThrownBy(
            () ->
                guest.writeToGuest(
                    last, DESCRIPTOR, new Descriptor(-1, -1, (short) -1, (short) -1)))
        .isInstanceOf(GuestMemoryException.class)
        .hasMessage("GPA 0x1ff8, 16 bytes: not mapped at 0x2000");
    assertThat(guest.readLong(last)).isZero();
    // Host pages 1 and 3 follow the two mapped ones, and belong to somebody else.
    assertThat(host.segment().asSlice(PAGE, PAGE).mismatch(host.segment().asSlice(3 * PAGE)))
        .isEqualTo(-1);
    assertThat(host.segment().get(JAVA_LONG, PAGE)).isZero();
    assertThatThrownBy(() -> guest.readFromGuest(last, DESCRIPTOR))
        .isInstanceOf(GuestMemoryException.class)
        .hasMessage("GPA 0x1ff8, 16 bytes: not mapped at 0x2000");
  }

  @Test
  @DisplayName("is refused if it would reach into read-only memory, and nothing is written")
  void runsIntoReadOnly() {
    guest.map(2 * PAGE, PAGE, host, PAGE, Access.READ);
    long last = 2 * PAGE - 8;
    assertThatThrownBy(
            () ->
                guest.writeToGuest(
                    last, DESCRIPTOR, new Descriptor(-1, -1, (short) -1, (short) -1)))
        .isInstanceOf(GuestMemoryException.class)
        .hasMessage("GPA 0x1ff8, 16 bytes: read-only at 0x2000, in 0x2000..0x2fff READ");
    assertThat(guest.readLong(last)).isZero();
    assertThat(guest.readFromGuest(last, DESCRIPTOR).length()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 4, 7, 12})
  @DisplayName("must be aligned for its largest field")
  void mustBeAligned(long gpa) {
    String message = "GPA 0x%x, 16 bytes: misaligned, must be a multiple of 8".formatted(gpa);
    assertThatThrownBy(() -> guest.readFromGuest(gpa, DESCRIPTOR))
        .isInstanceOf(GuestMemoryException.class)
        .hasMessage(message);
    assertThatThrownBy(
            () -> guest.writeToGuest(gpa, DESCRIPTOR, new Descriptor(0, 0, (short) 0, (short) 0)))
        .isInstanceOf(GuestMemoryException.class)
        .hasMessage(message);
  }

  @Test
  @DisplayName("is checked by its own constructor, whose exception comes out as it is")
  void constructorChecks() {
    assertThatThrownBy(() -> guest.readFromGuest(0, POSITIVE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not positive: 0");
    // No lock stays held.
    guest.unmapAll();
  }

  @Test
  @DisplayName("has components, and only primitives that C has, too")
  void refusesOtherRecords() {
    assertThatThrownBy(() -> layout(Empty.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(Empty.class.getName() + " is not a record with components");
    assertThatThrownBy(() -> layout(WithText.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("WithText.text: java.lang.String is none of byte, short, char, int");
    assertThatThrownBy(() -> layout(WithBoolean.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("WithBoolean.flag: boolean is none of");
    assertThatThrownBy(() -> MIXED.offsetOf("z"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(Mixed.class.getName() + " has no component z");
  }

  @Test
  @DisplayName("must be visible to the lookup that its layout is made with")
  void lookupMustSeeIt() {
    assertThatThrownBy(() -> RecordLayout.of(MethodHandles.publicLookup(), Descriptor.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can't see " + Descriptor.class.getName());
  }
}
