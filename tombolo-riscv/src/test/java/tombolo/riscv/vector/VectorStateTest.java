// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import tombolo.machine.state.StateException;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.riscv.fp.FpEnvironment;

/** What a vector unit saves, it restores; what none can have, it refuses. */
class VectorStateTest {
  private static final int LENGTH = 16;

  private final Unit unit = new Unit();

  private static byte[] saved(VectorUnit vectors) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    vectors.save(new StateWriter(out));
    return out.toByteArray();
  }

  private static VectorUnit restored(byte[] state, int length) {
    VectorMemory none = new Unit().vectors.memory;
    VectorUnit vectors =
        new VectorUnit(length, new long[64], new long[32], new FpEnvironment(), none);
    vectors.restore(new StateReader(new ByteArrayInputStream(state)));
    return vectors;
  }

  @Test
  void registersAndCsrsComeBack() {
    unit.set(16, 1, 9).put(31, 1, 2, 3);
    unit.vectors.setVstart(7);
    unit.vectors.setVxrm(2);
    unit.vectors.setVxsat(1);

    VectorUnit vectors = restored(saved(unit.vectors), LENGTH);

    assertThat(vectors.vl()).isEqualTo(9);
    assertThat(vectors.vtype()).isEqualTo(unit.vectors.vtype());
    assertThat(vectors.maxLength()).isEqualTo(16);
    assertThat(vectors.vstart()).isEqualTo(7);
    assertThat(vectors.vxrm()).isEqualTo(2);
    assertThat(vectors.vxsat()).isEqualTo(1);
    assertThat(vectors.registers.bytes).isEqualTo(unit.vectors.registers.bytes);
  }

  @Test
  void anotherLengthOfVectorsIsRefused() {
    byte[] state = saved(unit.vectors);
    assertThatThrownBy(() -> restored(state, 2 * LENGTH)).isInstanceOf(StateException.class);
  }

  @Test
  void aTypeThatNoUnitHasIsRefused() {
    unit.set(8, 0, 1);
    unit.vectors.type = 0x1f;
    byte[] state = saved(unit.vectors);
    assertThatThrownBy(() -> restored(state, LENGTH)).isInstanceOf(StateException.class);
  }

  @Test
  void aLengthBeyondTheLongestIsRefused() {
    unit.set(64, 0, 2);
    unit.vectors.length = 3;
    byte[] state = saved(unit.vectors);
    assertThatThrownBy(() -> restored(state, LENGTH)).isInstanceOf(StateException.class);
  }
}
