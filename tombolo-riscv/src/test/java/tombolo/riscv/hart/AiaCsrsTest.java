// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.MachineCode;
import tombolo.riscv.interrupt.InterruptController;
import tombolo.riscv.interrupt.InterruptFile;
import tombolo.riscv.vcpu.RiscvVcpu;

/** The CSRs that Ssaia adds (RISC-V AIA 1.0, sections 2.2, 3.7 to 3.9 and 5.4). */
class AiaCsrsTest {
  private static final int SIE = 0x104;
  private static final int SISELECT = 0x150;
  private static final int SIREG = 0x151;
  private static final int STOPEI = 0x15c;
  private static final int STIMECMP = 0x14d;
  private static final int STOPI = 0xdb0;

  private static final int WRITE = 1;
  private static final int SET = 2;
  private static final int CLEAR = 3;

  private final BoardFixture board = new BoardFixture(1, InterruptController.AIA);
  private final RiscvVcpu vcpu = board.vcpus().getFirst();
  private final Hart hart = vcpu.hart;
  private final InterruptFile file = Objects.requireNonNull(vcpu.interruptFile);
  private final Csrs csrs = new Csrs(hart, vcpu.timer, new AiaCsrs(hart, vcpu.timer, file));

  @AfterEach
  void close() {
    board.close();
  }

  /** A CSR instruction from t0 to t1; false if it is illegal. */
  private boolean execute(int function, int csr, long operand) {
    hart.x[MachineCode.T0] = operand;
    return csrs.execute(
        csr << 20 | MachineCode.T0 << 15 | function << 12 | MachineCode.T1 << 7 | 0x73);
  }

  private boolean canRead(int csr) {
    return csrs.execute(csr << 20 | SET << 12 | MachineCode.T1 << 7 | 0x73);
  }

  private long read(int csr) {
    assertThat(canRead(csr)).isTrue();
    return hart.x[MachineCode.T1];
  }

  /** The value before. */
  private long change(int function, int csr, long operand) {
    assertThat(execute(function, csr, operand)).isTrue();
    return hart.x[MachineCode.T1];
  }

  private long select(int register) {
    change(WRITE, SISELECT, register);
    return read(SIREG);
  }

  // 2.2, the window

  @Test
  void theSelectorHoldsNineBits() {
    for (int value = 0; value <= 0x1ff; value++) {
      change(WRITE, SISELECT, value);
      assertThat(read(SISELECT)).isEqualTo(value);
    }
    change(WRITE, SISELECT, -1);
    assertThat(read(SISELECT)).isEqualTo(0x1ff);
  }

  @Test
  void theWindowIsThereForTheRegistersThatAreAndIllegalElsewhere() {
    for (int value = 0; value <= 0x1ff; value++) {
      change(WRITE, SISELECT, value);
      boolean priority = value >= 0x30 && value <= 0x3f && value % 2 == 0;
      boolean file = value >= 0x70 && value < 0x80;
      boolean array = value >= 0x80 && value <= 0xff && value % 2 == 0;
      assertThat(canRead(SIREG)).as("0x%x", value).isEqualTo(priority || file || array);
      assertThat(execute(SET, SIREG, 0)).isEqualTo(priority || file || array);
      assertThat(execute(WRITE, SIREG, 0)).isEqualTo(priority || file || array);
    }
  }

  @Test
  void anIllegalAccessChangesNothing() {
    change(WRITE, SISELECT, 0x81);
    hart.x[MachineCode.T1] = 77;
    assertThat(execute(WRITE, SIREG, -1)).isFalse();
    assertThat(hart.x[MachineCode.T1]).isEqualTo(77);
    assertThat(select(0x80)).isZero();
  }

  @Test
  void aHartThatStartsHasSelectedNothing() {
    change(WRITE, SISELECT, 0x70);
    hart.start(0, 0, 0);
    assertThat(read(SISELECT)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {SISELECT, SIREG, STOPEI, STOPI})
  void usersReachNoneOfThem(int csr) {
    change(WRITE, SISELECT, 0x70);
    hart.privilege = Hart.USER;
    assertThat(canRead(csr)).isFalse();
    assertThat(execute(WRITE, csr, 0)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0x350,
        0x351,
        0x35c,
        0xfb0,
        0x250,
        0x251,
        0x25c,
        0xeb0, // of M and VS
        0x114,
        0x154, // high halves, of RV32
        0x152,
        0x153,
        0x155,
        0x156,
        0x157 // sireg2 to sireg6, of Sscsrind
      })
  void otherLevelsAndOtherExtensionsHaveNone(int csr) {
    change(WRITE, SISELECT, 0x70);
    assertThat(canRead(csr)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {SISELECT, SIREG, STOPEI, STOPI})
  void aHartWithoutSsaiaHasNone(int csr) {
    hart.siselect = 0x70;
    Csrs plain = new Csrs(hart, vcpu.timer, null);
    assertThat(plain.execute(csr << 20 | SET << 12 | 0x73)).isFalse();
  }

  // 3.8, registers behind the window

  @Test
  void theWindowChangesBitsOfTheFile() {
    assertThat(select(0xc0)).isZero();
    change(WRITE, SIREG, 0xff0);
    assertThat(change(SET, SIREG, 0xf)).isEqualTo(0xff0);
    assertThat(change(CLEAR, SIREG, 0x81)).as("there is no identity 0").isEqualTo(0xffe);
    assertThat(read(SIREG)).isEqualTo(0xf7e);
    assertThat(change(WRITE, SIREG, 1 << 4)).isEqualTo(0xf7e);
    file.receive(4);
    assertThat(file.top()).isEqualTo(0x4_0004);
  }

  @Test
  void immediateFormsWork() {
    change(WRITE, SISELECT, 0x70);
    int csrrwi = SIREG << 20 | 1 << 15 | 5 << 12 | MachineCode.T1 << 7 | 0x73;
    assertThat(csrs.execute(csrrwi)).isTrue();
    assertThat(hart.x[MachineCode.T1]).isZero();
    assertThat(read(SIREG)).isEqualTo(1);
  }

  // 3.9, stopei

  private void deliver(int... identities) {
    file.access(0x70, 0, 1);
    for (int identity : identities) {
      file.access(0xc0 + identity / 64 * 2, -1, 1L << identity);
      file.receive(identity);
    }
  }

  @Test
  void readingDoesNotClaimAndWritingDoesWhateverIsWritten() {
    deliver(3, 90);
    assertThat(read(STOPEI)).isEqualTo(0x3_0003);
    assertThat(read(STOPEI)).isEqualTo(0x3_0003);
    assertThat(change(WRITE, STOPEI, 0x5a_005a)).isEqualTo(0x3_0003);
    assertThat(read(STOPEI)).isEqualTo(0x5a_005a);
    assertThat(change(CLEAR, STOPEI, 0)).as("it has a register to write").isEqualTo(0x5a_005a);
    assertThat(change(SET, STOPEI, -1)).isZero();
  }

  @Test
  void claimingTheLastOneTakesTheInterruptDown() {
    deliver(3);
    assertThat(hart.pendingInterrupts()).isEqualTo(Hart.SEIP);
    change(WRITE, STOPEI, 0);
    assertThat(hart.pendingInterrupts()).isZero();
  }

  // 5.4.1, priorities of major interrupts

  @Test
  void prioritiesOfMajorInterruptsAreReadOnlyZeros() {
    for (int register = 0x30; register < 0x40; register += 2) {
      select(register);
      change(WRITE, SIREG, -1);
      assertThat(read(SIREG)).isZero();
    }
  }

  // 5.4.2, stopi

  @Test
  void theTopInterruptIsThePendingAndEnabledOneThatComesFirst() {
    assertThat(read(STOPI)).isZero();
    change(WRITE, STIMECMP, 0);
    hart.setPending(Hart.SSIP, true);
    deliver(5);
    assertThat(read(STOPI)).as("nothing is enabled").isZero();
    change(WRITE, SIE, Hart.STIP);
    assertThat(read(STOPI)).isEqualTo(5 << 16 | 1);
    change(WRITE, SIE, Hart.STIP | Hart.SSIP);
    assertThat(read(STOPI)).isEqualTo(1 << 16 | 1);
    change(WRITE, SIE, -1);
    assertThat(read(STOPI)).isEqualTo(9 << 16 | 1);
    hart.sstatus &= ~Hart.SIE;
    assertThat(read(STOPI)).as("whatever sstatus says").isEqualTo(9 << 16 | 1);
    change(WRITE, STOPEI, 0);
    assertThat(read(STOPI)).isEqualTo(1 << 16 | 1);
  }

  @Test
  void theTopInterruptCannotBeWritten() {
    assertThat(execute(WRITE, STOPI, 0)).isFalse();
    assertThat(execute(SET, STOPI, 0)).isFalse();
  }

  @Test
  void noAccessOfAGuestBreaksThem() {
    SplittableRandom random = new SplittableRandom(1);
    int[] numbers = {SISELECT, SIREG, STOPEI, STOPI, SIE, 0x144};
    int legal = 0;
    for (int i = 0; i < 300_000; i++) {
      hart.privilege = random.nextInt(8) == 0 ? Hart.USER : Hart.SUPERVISOR;
      int csr = numbers[random.nextInt(numbers.length)];
      int function = 1 + random.nextInt(3) + (random.nextBoolean() ? 4 : 0);
      int source = random.nextInt(3) == 0 ? 0 : MachineCode.T0;
      hart.x[MachineCode.T0] =
          csr == SISELECT ? random.nextInt(0x200) : random.nextLong() >>> random.nextInt(64);
      if (random.nextInt(4) == 0) {
        file.receive(random.nextInt());
        file.receive(random.nextInt(300));
      }
      int word = csr << 20 | source << 15 | function << 12 | MachineCode.T1 << 7 | 0x73;
      if (csrs.execute(word)) {
        assertThat(hart.privilege).isEqualTo(Hart.SUPERVISOR);
        legal++;
      }
      boolean external = (hart.pendingInterrupts() & Hart.SEIP) != 0;
      boolean delivery = file.access(0x70, -1, 0) == 1;
      assertThat(external).isEqualTo(delivery && file.top() != 0);
    }
    assertThat(legal).isGreaterThan(100_000);
  }
}
