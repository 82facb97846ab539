// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class ImageLimitTest {
  private final ImageLimit limit = new ImageLimit(1 << 20, 1 << 20);

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatExceptionOfType(ImageException.class).isThrownBy(call).withMessage(message);
  }

  @Test
  void anImageTakesHalfOfTheHeap() {
    assertThat(limit.allocate(1 << 19, "a", "")).hasSize(1 << 19);
    assertRefused(
        () -> limit.allocate((1 << 19) + 1, "a", " of segments"),
        "a: 524289 bytes of segments are too many for Java's heap of 1 MiB; give Java more:"
            + " JDK_JAVA_OPTIONS=-Xmx4g");
  }

  @Test
  void ofWhatIsUnpackedAQuarterOfTheHeapIsRead() throws IOException {
    byte[] bytes = new byte[(1 << 18) + 1];

    assertThat(limit.drain(new ByteArrayInputStream(bytes, 0, 1 << 18), "a", "")).hasSize(1 << 18);
    assertRefused(
        () -> limit.drain(new ByteArrayInputStream(bytes), "a", " when unpacked"),
        "a: more than 262144 bytes when unpacked are too many for Java's heap of 1 MiB; give Java"
            + " more: JDK_JAVA_OPTIONS=-Xmx4g");
  }

  @Test
  void noArrayIsLargerThanJavasLargest() {
    ImageLimit large = new ImageLimit(1L << 40, 1L << 41);

    assertRefused(
        () -> large.allocate(Integer.MAX_VALUE, "a", ""),
        "a: 2147483647 bytes are too many for Java's heap of 2097152 MiB; give Java more:"
            + " JDK_JAVA_OPTIONS=-Xmx4g");
  }

  @Test
  void anArrayForWhichTheHeapHasNoRoomIsRefused() {
    ImageLimit believed = new ImageLimit(1L << 40, 1L << 41);
    long heap = Runtime.getRuntime().maxMemory();
    org.junit.jupiter.api.Assumptions.assumeTrue(heap <= 2L << 30, "a large heap");

    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> believed.allocate(Integer.MAX_VALUE - 8, "a", ""))
        .withMessageStartingWith("a: 2147483639 bytes are too many for Java's heap");
  }
}
