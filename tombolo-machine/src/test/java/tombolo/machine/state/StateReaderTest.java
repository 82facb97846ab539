// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is written is read back; what is not what the reader expects is refused and named. */
class StateReaderTest {
  private static byte[] written(Consumer<StateWriter> what) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    what.accept(new StateWriter(out));
    return out.toByteArray();
  }

  private static StateReader reader(byte[] bytes) {
    return new StateReader(new ByteArrayInputStream(bytes));
  }

  /** A part with a number. */
  private static final class Digit implements Stateful {
    int value;

    @Override
    public void save(StateWriter out) {
      out.number(value);
    }

    @Override
    public void restore(StateReader in) {
      value = in.int32(0, 9);
    }
  }

  @Test
  void whatIsWrittenIsReadBack() {
    byte[] bytes =
        written(
            out ->
                out.flag(true)
                    .number(-7)
                    .number(1L << 40)
                    .numbers(new long[] {1, 2})
                    .bytes(new byte[] {3})
                    .string("é"));
    StateReader in = reader(bytes);
    assertThat(in.flag()).isTrue();
    assertThat(in.int32()).isEqualTo(-7);
    assertThat(in.int64()).isEqualTo(1L << 40);
    long[] numbers = new long[2];
    in.numbers(numbers);
    assertThat(numbers).containsExactly(1, 2);
    assertThat(in.bytes(1)).containsExactly(3);
    assertThat(in.string()).isEqualTo("é");
  }

  @Test
  void anotherPartsStateIsRefused() {
    byte[] bytes = written(out -> out.part("plic", new Digit()));
    assertThatExceptionOfType(StateException.class)
        .isThrownBy(() -> reader(bytes).part("uart", new Digit()))
        .withMessage("saved state: the state of \"plic\" is here, not that of \"uart\"");
  }

  @Test
  void aNumberOutOfItsRangeIsRefusedWithItsPlace() {
    Digit ten = new Digit();
    ten.value = 10;
    byte[] bytes = written(out -> out.part("uart", ten));
    assertThatExceptionOfType(StateException.class)
        .isThrownBy(() -> reader(bytes).part("uart", new Digit()))
        .withMessage("saved state of uart: 10 is not in 0 to 9");
  }

  @Test
  void aLengthIsCheckedBeforeAnythingIsAllocated() {
    byte[] bytes = written(out -> out.number(Integer.MAX_VALUE));
    assertThatExceptionOfType(StateException.class)
        .isThrownBy(() -> reader(bytes).bytes(100))
        .withMessageContaining("not in 0 to 100");
  }

  @Test
  void everyPrefixIsRefused() {
    Digit number = new Digit();
    byte[] bytes = written(out -> out.part("uart", number));
    for (int length = 0; length < bytes.length; length++) {
      byte[] prefix = Arrays.copyOf(bytes, length);
      assertThatExceptionOfType(StateException.class)
          .isThrownBy(() -> reader(prefix).part("uart", number))
          .withMessageContaining("ends too early");
    }
  }
}
