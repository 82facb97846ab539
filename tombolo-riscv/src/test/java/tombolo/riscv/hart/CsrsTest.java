// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.host.Clock;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.MachineCode;

/** What supervisor CSRs keep of what is written to them, and who may touch them. */
class CsrsTest {
  private static final int SIP = 0x144;
  private static final int SATP = 0x180;

  private final BoardFixture board = new BoardFixture(1);
  private final Hart hart = board.hart(0);
  private final Csrs csrs = new Csrs(hart, new HartTimer(hart, Clock.system(), 0), null);

  @AfterEach
  void close() {
    board.close();
  }

  /** Executes a CSR instruction: function 1 is csrrw, 2 csrrs, 3 csrrc; from t0 to t1. */
  private boolean execute(int function, int csr, long operand) {
    hart.x[MachineCode.T0] = operand;
    return csrs.execute(
        csr << 20 | MachineCode.T0 << 15 | function << 12 | MachineCode.T1 << 7 | 0x73);
  }

  private long write(int csr, long value) {
    assertThat(execute(1, csr, value)).isTrue();
    return read(csr);
  }

  private long read(int csr) {
    assertThat(csrs.execute(csr << 20 | 2 << 12 | MachineCode.T1 << 7 | 0x73)).isTrue();
    return hart.x[MachineCode.T1];
  }

  @ParameterizedTest
  @CsvSource({
    "0x100, 0x80000002000c6722", // sstatus: SIE SPIE SPP FS SUM MXR, and UXL and SD, read-only
    "0x104, 0x222", // sie
    "0x106, 0xffffffff", // scounteren
    "0x10a, 0xf1", // senvcfg: FIOM CBIE CBCFE CBZE
    "0x140, 0xffffffffffffffff", // sscratch
    "0x141, 0xfffffffffffffffe", // sepc
    "0x142, 0xffffffffffffffff", // scause
    "0x143, 0xffffffffffffffff", // stval
    "0x14d, 0xffffffffffffffff", // stimecmp
    "0x001, 0x1f", // fflags
    "0x002, 0x7", // frm
    "0x003, 0xff", // fcsr
    "0x008, 0xff", // vstart: as many as there are elements of 8 bits in 8 registers of 32 bytes
    "0x009, 0x1", // vxsat
    "0x00a, 0x3", // vxrm
    "0x00f, 0x7", // vcsr
  })
  void allOnesLeaveTheBitsThatThereAre(String csr, String expected) {
    hart.sstatus |= Hart.FS | Hart.VS;
    assertThat(write(Integer.decode(csr), -1))
        .isEqualTo(Long.parseUnsignedLong(expected.substring(2), 16));
  }

  @Test
  void aReservedRightToInvalidateIsNotTaken() {
    assertThat(write(0x10a, 0x10)).isEqualTo(0x10);
    assertThat(write(0x10a, 0xe0)).as("the others are").isEqualTo(0xd0);
  }

  @Test
  void aTrapVectorOfAReservedModeIsNotTaken() {
    assertThat(write(0x105, 0x8020_0001L)).isEqualTo(0x8020_0001L);
    assertThat(write(0x105, 0x8030_0002L)).isEqualTo(0x8020_0001L);
    assertThat(write(0x105, 0x8030_0003L)).isEqualTo(0x8020_0001L);
  }

  @Test
  void aTranslationModeThatIsNotThereChangesNothing() {
    long sv48 = 9L << 60 | 0x80000;
    assertThat(write(SATP, sv48)).isEqualTo(sv48);
    for (long mode = 1; mode < 16; mode++) {
      if (mode != 8 && mode != 9) {
        assertThat(write(SATP, mode << 60 | 1)).isEqualTo(sv48);
      }
    }
    assertThat(write(SATP, 8L << 60 | 5)).isEqualTo(8L << 60 | 5);
    assertThat(write(SATP, 0)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0xc00, 0xc01, 0xc02})
  void countersAreReadOnlyAndForUsersIfTheSupervisorSays(int csr) {
    assertThat(execute(1, csr, 1)).isFalse();
    assertThat(execute(2, csr, 0)).as("even to set nothing").isFalse();
    assertThat(read(csr)).isNotNegative();
    hart.privilege = Hart.USER;
    assertThat(csrs.execute(csr << 20 | 2 << 12 | 0x73)).isFalse();
    hart.scounteren = 1L << (csr & 31);
    assertThat(csrs.execute(csr << 20 | 2 << 12 | 0x73)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x100, 0x104, 0x105, 0x140, 0x144, 0x14d, 0x180})
  void usersReachNoSupervisorRegister(int csr) {
    hart.privilege = Hart.USER;
    assertThat(execute(2, csr, 0)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x300, 0x305, 0x344, 0x3a0, 0xf11, 0xf14, 0x200, 0x600, 0x7a0, 0x008, 0x181})
  void thereIsNoMachineModeNorAnythingElse(int csr) {
    assertThat(csrs.execute(csr << 20 | 2 << 12 | 0x73)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void floatingPointRegistersAreOffWithTheUnit(int csr) {
    assertThat(execute(1, csr, 0)).isFalse();
    hart.sstatus |= 1L << 13;
    assertThat(execute(1, csr, 0)).isTrue();
    assertThat(hart.sstatus & Hart.FS).as("and dirty then").isEqualTo(Hart.FS);
  }

  @Test
  void onlyTheSoftwareInterruptCanBeWritten() {
    assertThat(write(SIP, -1)).isEqualTo(Hart.SSIP);
    hart.setPending(Hart.SEIP, true);
    assertThat(write(SIP, 0)).isEqualTo(Hart.SEIP);
    assertThat(execute(2, SIP, -1)).isTrue();
    assertThat(read(SIP)).isEqualTo(Hart.SEIP | Hart.SSIP);
    assertThat(execute(3, SIP, -1)).isTrue();
    assertThat(read(SIP)).isEqualTo(Hart.SEIP);
  }

  /** csrrc of bits that can't be cleared is no write of the others. */
  @Test
  void anInterruptThatArrivesDuringAChangeOfSipIsNotLost() throws InterruptedException {
    for (int round = 0; round < 2_000; round++) {
      hart.setPending(Hart.SSIP, false);
      CountDownLatch started = new CountDownLatch(1);
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    started.countDown();
                    hart.setPending(Hart.SSIP, true);
                  });
      started.await();
      while (sender.isAlive()) {
        execute(3, SIP, Hart.SEIP);
      }
      assertThat(hart.pendingInterrupts() & Hart.SSIP).as("round %d", round).isNotZero();
    }
  }
}
