// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tombolo.machine.debug.RegisterSet.Register;
import tombolo.machine.host.Clock;
import tombolo.memory.GuestMemory;
import tombolo.riscv.hart.CodeBudget;
import tombolo.riscv.hart.Csrs;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.HartTimer;

/** The registers of a hart under the names and sizes that a debugger is told. */
class HartRegistersTest {
  private static final int VECTOR_BYTES = 32;

  /** Those that no debugger can write. */
  private static final Set<String> READ_ONLY =
      Set.of("cycle", "time", "instret", "vl", "vtype", "vlenb", "priv");

  private final Hart hart = new Hart(0, new GuestMemory(), new CodeBudget(1 << 20), VECTOR_BYTES);
  private final HartRegisters registers =
      new HartRegisters(hart, new Csrs(hart, new HartTimer(hart, Clock.system(), 0), null));

  private List<Register> all() {
    List<Register> all = new ArrayList<>();
    registers.sets().forEach(set -> all.addAll(set.registers()));
    return all;
  }

  private int number(String name) {
    return all().stream().map(Register::name).toList().indexOf(name);
  }

  @Test
  void eachHasTheSizeThatItIsSaidToHave() {
    List<Register> all = all();
    for (int i = 0; i < all.size(); i++) {
      assertThat(registers.read(i)).as(all.get(i).name()).hasSize(all.get(i).bits() / 8);
    }
    assertThatThrownBy(() -> registers.read(all.size()))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(all.stream().map(Register::name)).doesNotHaveDuplicates();
  }

  @Test
  void integersFloatsAndVectorsHoldWhatIsWritten() {
    Random random = new Random(1);
    List<Register> all = all();
    for (int i = 1; i < all.size(); i++) { // zero is the exception
      String name = all.get(i).name();
      byte[] value = new byte[all.get(i).bits() / 8];
      random.nextBytes(value);
      value[0] &= (byte) ~1; // a pc is even
      boolean isCsr = i > number("ft11") && i <= number("priv");
      assertThat(registers.write(i, value)).as(name).isEqualTo(!READ_ONLY.contains(name));
      if (!isCsr) {
        assertThat(registers.read(i)).as(name).isEqualTo(value);
      }
    }
  }

  @Test
  void zeroStaysZeroAndCsrsKeepWhatTheyHave() {
    byte[] ones = new byte[8];
    Arrays.fill(ones, (byte) -1);
    registers.write(number("zero"), ones);
    registers.write(number("sscratch"), ones);
    registers.write(number("sie"), ones);

    assertThat(registers.read(number("zero"))).containsOnly(0);
    assertThat(hart.sscratch).isEqualTo(-1);
    assertThat(hart.sie).as("only interrupts that there are").isEqualTo(0x222);
    assertThat(registers.read(number("vlenb"))[0]).isEqualTo((byte) VECTOR_BYTES);
    assertThatThrownBy(() -> registers.write(number("sscratch"), new byte[4]))
        .hasMessageContaining("has 8 bytes, not 4");
  }
}
