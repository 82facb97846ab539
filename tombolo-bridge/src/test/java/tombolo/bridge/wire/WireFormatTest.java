// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.function.BiFunction;
import java.util.function.ObjIntConsumer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The frames of docs/bridge-format.md, byte by byte. */
@DisplayName("A frame")
final class WireFormatTest {
  private static final long NEWS = 0xe5495bbaa03a6526L;
  private static final Names NAMES = new Names("east", "news");

  private static final Hello HELLO =
      new Hello(
          NAMES,
          0x1122334455667788L,
          9,
          7,
          5,
          0x0102030405060708L,
          0x1112131415161718L,
          0x2122232425262728L,
          0x6162636465666768L,
          0x31323334,
          true);

  private static final Status STATUS =
      new Status(
          NAMES,
          0x1122334455667788L,
          9,
          0x1112131415161718L,
          0x2122232425262728L,
          0x41,
          0x51,
          0x6162636465666768L,
          0x31323334,
          true,
          true,
          true,
          true);

  private static String hex(UnsafeBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.getBytes(0, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static UnsafeBuffer frame(int size) {
    return new UnsafeBuffer(new byte[size]);
  }

  private static String header(String kind, String sequence) {
    return "544d4247"
        + "0100"
        + kind
        + HexFormat.of().toHexDigits(Long.reverseBytes(NEWS))
        + "8877665544332211"
        + sequence;
  }

  @Test
  void beginsWithTheHashOfItsChannelsName() {
    assertThat(Frame.hash("news")).isEqualTo(NEWS);
    assertThat(Frame.hash("")).isEqualTo(0xcbf29ce484222325L);
  }

  @Test
  void helloIsAsDocumented() {
    UnsafeBuffer frame = frame(HELLO.size());
    HELLO.write(frame, 0);
    assertThat(hex(frame))
        .isEqualTo(
            header("0100", "0900000000000000")
                + "0700000000000000"
                + "0500000000000000"
                + "0807060504030201"
                + "1817161514131211"
                + "2827262524232221"
                + "34333231"
                + "01000000"
                + "6867666564636261"
                + "0404000000000000"
                + HexFormat.of().formatHex("eastnews".getBytes(US_ASCII)));
    assertThat(Hello.read(frame, 0, frame.capacity())).contains(HELLO);
  }

  @Test
  void statusIsAsDocumented() {
    UnsafeBuffer frame = frame(STATUS.size());
    STATUS.write(frame, 0);
    assertThat(hex(frame))
        .isEqualTo(
            header("0400", "0900000000000000")
                + "1817161514131211"
                + "2827262524232221"
                + "4100000000000000"
                + "5100000000000000"
                + "34333231"
                + "0f000000"
                + "6867666564636261"
                + "0404000000000000"
                + HexFormat.of().formatHex("eastnews".getBytes(US_ASCII)));
    assertThat(Status.read(frame, 0, frame.capacity())).contains(STATUS);
  }

  @Test
  void batchIsAsDocumented() {
    UnsafeBuffer frame = frame(Batch.RECORDS_AT + 24);
    Batch.write(frame, 0, NEWS, 0x1122334455667788L, 9, 2, 3);
    Batch.writeRecord(frame, Batch.RECORDS_AT, 7, 3);
    frame.putBytes(Batch.RECORDS_AT + 8, new byte[] {0x61, 0x62, 0x63});
    Batch.writeRecord(frame, Batch.RECORDS_AT + 16, 1, 0);
    assertThat(hex(frame))
        .isEqualTo(
            header("0200", "0900000000000000")
                + "0200000003000000"
                + "0300000007000000"
                + "6162630000000000"
                + "0000000001000000");
    assertThat(Batch.check(frame, 0, frame.capacity())).isEqualTo(2);
  }

  @Test
  void partIsAsDocumented() {
    UnsafeBuffer frame = frame(Part.BYTES_AT + 2);
    Part.write(frame, 0, NEWS, 0x1122334455667788L, 9, 3, 7, 5, 3);
    frame.putBytes(Part.BYTES_AT, new byte[] {0x61, 0x62});
    assertThat(hex(frame))
        .isEqualTo(
            header("0300", "0900000000000000") + "0700000003000000" + "0500000003000000" + "6162");
    assertThat(Part.check(frame, 0, frame.capacity())).isTrue();
  }

  @Test
  void isRefusedIfItIsCutOffAnywhere() {
    isRefusedIfCutOff(HELLO.size(), HELLO::write, WireFormatTest::isHello);
    isRefusedIfCutOff(STATUS.size(), STATUS::write, WireFormatTest::isStatus);
  }

  private static boolean isHello(UnsafeBuffer frame, int length) {
    return Hello.read(frame, 0, length).isPresent();
  }

  private static boolean isStatus(UnsafeBuffer frame, int length) {
    return Status.read(frame, 0, length).isPresent();
  }

  private static void isRefusedIfCutOff(
      int size,
      ObjIntConsumer<MutableDirectBuffer> write,
      BiFunction<UnsafeBuffer, Integer, Boolean> isRight) {
    UnsafeBuffer frame = frame(size + 8);
    write.accept(frame, 0);
    for (int length = Frame.HEADER; length <= size + 8; length++) {
      assertThat(isRight.apply(frame, length)).as("%d bytes", length).isEqualTo(length == size);
    }
    for (int length = 0; length < Frame.HEADER; length++) {
      assertThat(Frame.kindOf(frame, 0, length)).isEqualTo(Frame.NONE);
    }
  }

  @Test
  void ofAnotherVersionIsTold() {
    UnsafeBuffer frame = frame(HELLO.size());
    HELLO.write(frame, 0);
    frame.putShort(4, (short) 2);
    assertThat(Frame.kindOf(frame, 0, frame.capacity())).isEqualTo(Frame.OTHER_VERSION);
  }

  @Test
  void withNumbersThatCannotBeIsRefused() {
    isRefusedWith(24, 8); // next before oldest
    isRefusedWith(24, -1);
    isRefusedWith(32, 10); // oldest after next
    isRefusedWith(40, 10); // start after next
  }

  private static void isRefusedWith(int at, long value) {
    UnsafeBuffer frame = frame(HELLO.size());
    HELLO.write(frame, 0);
    long least = Math.min(value, 6);
    frame.putLong(at, at == 24 ? least : value);
    assertThat(Hello.read(frame, 0, frame.capacity())).isEmpty();
  }

  @Test
  void withRecordsThatDoNotFillItIsRefused() {
    for (int wrong : new int[] {-1, 4, 16, 17, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      UnsafeBuffer frame = frame(Batch.RECORDS_AT + 24);
      Batch.write(frame, 0, NEWS, 1, 9, 2, 3);
      Batch.writeRecord(frame, Batch.RECORDS_AT, 7, 3);
      Batch.writeRecord(frame, Batch.RECORDS_AT + 16, 1, 0);
      frame.putInt(Batch.RECORDS_AT + 16, wrong);
      assertThat(Batch.check(frame, 0, frame.capacity())).as("length %d", wrong).isEqualTo(-1);
    }
  }

  @Test
  void withBytesOutsideItsMessageIsRefused() {
    for (int[] wrong :
        new int[][] {{5, 4}, {1, 0}, {5, -1}, {0, 0}, {Integer.MIN_VALUE, 0}, {-1, 0}}) {
      UnsafeBuffer frame = frame(Part.BYTES_AT + 2);
      Part.write(frame, 0, NEWS, 1, 9, 3, 7, wrong[0], wrong[1]);
      assertThat(Part.check(frame, 0, frame.capacity()))
          .as("offset %d of %d", wrong[1], wrong[0])
          .isFalse();
    }
  }
}
