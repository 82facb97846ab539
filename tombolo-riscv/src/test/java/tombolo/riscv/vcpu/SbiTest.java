// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.VcpuExit;
import tombolo.machine.power.StopReason;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.board.BoardLayout;
import tombolo.riscv.hart.Hart;

/** What the firmware answers (RISC-V SBI 2.0), to hart 0 of a board of three. */
class SbiTest {
  private static final long BASE = 0x10;
  private static final long TIME = 0x54494d45;
  private static final long IPI = 0x735049;
  private static final long RFENCE = 0x52464e43;
  private static final long HSM = 0x48534d;
  private static final long SRST = 0x53525354;
  private static final long DBCN = 0x4442434e;

  private static final long SUCCESS = 0;
  private static final long NOT_SUPPORTED = -2;
  private static final long INVALID_PARAMETER = -3;
  private static final long INVALID_ADDRESS = -5;
  private static final long ALREADY_AVAILABLE = -6;

  private static final long RAM = BoardLayout.RAM_BASE;

  private final BoardFixture board = new BoardFixture(3);

  @AfterEach
  void close() {
    board.close();
  }

  private boolean softwareInterrupt(int hart) {
    return (board.hart(hart).pendingInterrupts() & Hart.SSIP) != 0;
  }

  @Test
  void itIsVersionTwo() {
    assertThat(board.error(BASE, 0)).isEqualTo(SUCCESS);
    assertThat(board.value()).isEqualTo(2 << 24);
  }

  @ParameterizedTest
  @ValueSource(longs = {BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN, 0, 1, 2, 8})
  void itHasTheExtension(long extension) {
    assertThat(board.error(BASE, 3, extension)).isEqualTo(SUCCESS);
    assertThat(board.value()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 7, 0x11, 0x504d55, 0x53555350, -1})
  void itHasNotTheExtension(long extension) {
    assertThat(board.error(BASE, 3, extension)).isEqualTo(SUCCESS);
    assertThat(board.value()).isZero();
    assertThat(board.error(extension, 0)).isEqualTo(NOT_SUPPORTED);
  }

  @ParameterizedTest
  @ValueSource(longs = {BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN})
  void anUnknownFunctionIsNotSupported(long extension) {
    assertThat(board.error(extension, 77)).isEqualTo(NOT_SUPPORTED);
    assertThat(board.error(extension, -1)).isEqualTo(NOT_SUPPORTED);
  }

  @Test
  void aTimerThatIsSetIsNoLongerPending() {
    assertThat(board.error(TIME, 0, 0)).isEqualTo(SUCCESS);
    assertThat(board.hart(0).pendingInterrupts()).isEqualTo(Hart.STIP);
    assertThat(board.error(TIME, 0, Long.MAX_VALUE)).isEqualTo(SUCCESS);
    assertThat(board.hart(0).pendingInterrupts()).isZero();
  }

  @Test
  void anInterruptGoesToTheHartsOfTheMask() {
    assertThat(board.error(IPI, 0, 0b11, 1)).isEqualTo(SUCCESS);
    assertThat(softwareInterrupt(0)).isFalse();
    assertThat(softwareInterrupt(1)).isTrue();
    assertThat(softwareInterrupt(2)).isTrue();
  }

  @Test
  void maskBaseMinusOneMeansAllHarts() {
    assertThat(board.error(IPI, 0, 0, -1)).isEqualTo(SUCCESS);
    assertThat(softwareInterrupt(0) && softwareInterrupt(1) && softwareInterrupt(2)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"0b1001, 0", "0b101, 1", "1, 3", "1, -2", "-1, 0", "1, 0x7fffffffffffffff"})
  void aMaskThatNamesAHartThatIsNotThereReachesNone(String mask, String base) {
    long bits =
        mask.startsWith("0b") ? Long.parseLong(mask, 2, mask.length(), 2) : Long.decode(mask);
    assertThat(board.error(IPI, 0, bits, Long.decode(base))).isEqualTo(INVALID_PARAMETER);
    assertThat(softwareInterrupt(0) || softwareInterrupt(1) || softwareInterrupt(2)).isFalse();
    assertThat(board.error(RFENCE, 0, bits, Long.decode(base))).isEqualTo(INVALID_PARAMETER);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void remoteFencesOfHartsThatSleepReturn(long function) {
    assertThat(board.error(RFENCE, function, 0b111, 0)).isEqualTo(SUCCESS);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 4, 5, 6})
  void hypervisorFencesAreNotSupported(long function) {
    assertThat(board.error(RFENCE, function, 1, 0)).isEqualTo(NOT_SUPPORTED);
  }

  @Test
  void aHartIsStartedOnce() {
    assertThat(board.error(HSM, 2, 1)).isEqualTo(SUCCESS);
    assertThat(board.value()).as("stopped").isEqualTo(1);
    assertThat(board.error(HSM, 0, 1, RAM, 7)).isEqualTo(SUCCESS);
    assertThat(board.error(HSM, 2, 1)).isEqualTo(SUCCESS);
    assertThat(board.value()).as("start pending").isEqualTo(2);
    assertThat(board.error(HSM, 0, 1, RAM, 7)).isEqualTo(ALREADY_AVAILABLE);
  }

  /** Linux relies on it, and its vDSO reads the time in user mode. */
  @Test
  void aHartBeginsWithTheCountersOpenToUserMode() {
    board.hart(1).scounteren = 0;
    board.hart(1).start(RAM, 1, 7);

    assertThat(board.hart(1).scounteren).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, -1, 1L << 32, Long.MIN_VALUE})
  void aHartThatIsNotThereIsAnInvalidParameter(long hart) {
    assertThat(board.error(HSM, 0, hart, RAM, 0)).isEqualTo(INVALID_PARAMETER);
    assertThat(board.error(HSM, 2, hart)).isEqualTo(INVALID_PARAMETER);
  }

  @ParameterizedTest
  @ValueSource(longs = {RAM + 1, 0, RAM - 4, -4, RAM + BoardFixture.RAM_SIZE})
  void aHartDoesNotBeginWhereNoCodeCanBe(long address) {
    assertThat(board.error(HSM, 0, 1, address, 0)).isEqualTo(INVALID_ADDRESS);
    assertThat(board.vcpus().get(1).state()).isEqualTo(HartState.STOPPED);
    assertThat(board.error(HSM, 3, 0x8000_0000L, address, 0)).isEqualTo(INVALID_ADDRESS);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {1, 0x0fffffff, 0x10000000, 0x7fffffff, 0x80000001L, 0x8fffffffL, 0x90000000L, -1})
  void reservedAndUnknownKindsOfSuspensionAreInvalid(long type) {
    assertThat(board.error(HSM, 3, type, RAM, 0)).isEqualTo(INVALID_PARAMETER);
  }

  /** A function's id is a whole register, and is looked at before any argument. */
  @ParameterizedTest
  @ValueSource(longs = {BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN})
  void anUnknownFunctionDoesNothingWhateverItsArguments(long extension) {
    board.console.type("input");
    for (long function : new long[] {1L << 32, 1L << 32 | 2, 1L << 63, 100, -1}) {
      assertThat(board.error(extension, function, -1, -1, -1)).isEqualTo(NOT_SUPPORTED);
      assertThat(board.error(extension, function, 1, RAM, 0)).isEqualTo(NOT_SUPPORTED);
    }
    assertThat(board.vcpus().get(1).state()).isEqualTo(HartState.STOPPED);
    assertThat(softwareInterrupt(1)).isFalse();
    assertThat(board.console.text()).isEmpty();
    assertThat(board.console.read()).isEqualTo('i');
  }

  @Test
  void whatEndsTheMachineLeavesGuestCode() {
    assertThat(board.call(SRST, 0, 0, 0))
        .isEqualTo(new VcpuExit.SystemEvent(new StopReason.PowerOff()));
    assertThat(board.call(SRST, 0, 0, 1))
        .isEqualTo(new VcpuExit.SystemEvent(new StopReason.GuestFailure(1)));
    assertThat(board.call(SRST, 0, 1, 0))
        .isEqualTo(new VcpuExit.SystemEvent(new StopReason.ResetRequested()));
    assertThat(board.call(8, 0)).isEqualTo(new VcpuExit.SystemEvent(new StopReason.PowerOff()));
    assertThat(board.error(SRST, 0, 3, 0)).isEqualTo(INVALID_PARAMETER);
    assertThat(board.error(SRST, 0, 0, 2)).isEqualTo(INVALID_PARAMETER);
  }

  @Test
  void hypercallsLeaveGuestCodeWithTheirCode() {
    assertThat(board.call(0x485643, 42)).isEqualTo(new VcpuExit.Hypercall(42));
  }

  @Test
  void theDebugConsoleWritesAndReads() {
    board.memory.write(RAM, "island".getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, 6);
    assertThat(board.error(DBCN, 0, 6, RAM, 0)).isEqualTo(SUCCESS);
    assertThat(board.value()).isEqualTo(6);
    assertThat(board.error(DBCN, 2, '!')).isEqualTo(SUCCESS);
    assertThat(board.console.text()).isEqualTo("island!");

    assertThat(board.error(DBCN, 1, 100, RAM, 0)).isEqualTo(SUCCESS);
    assertThat(board.value()).as("nothing was typed").isZero();
    board.console.type("xyz");
    assertThat(board.error(DBCN, 1, 2, RAM, 0)).isEqualTo(SUCCESS);
    assertThat(board.value()).isEqualTo(2);
    assertThat(board.memory.readShort(RAM)).isEqualTo((short) ('y' << 8 | 'x'));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "-4096, 0", "0x803ffffe, 0", "0x80000000, 1", "-1, -1"})
  void theDebugConsoleRefusesBadAddresses(String low, long high) {
    board.console.type("lots of input");
    assertThat(board.error(DBCN, 0, 8, Long.decode(low), high)).isEqualTo(INVALID_PARAMETER);
    assertThat(board.error(DBCN, 1, 8, Long.decode(low), high)).isEqualTo(INVALID_PARAMETER);
    assertThat(board.console.text()).isEmpty();
  }

  @Test
  void theDebugConsoleWritesALongTextInParts() {
    assertThat(board.error(DBCN, 0, BoardFixture.RAM_SIZE, RAM, 0)).isEqualTo(SUCCESS);
    assertThat(board.value()).isEqualTo(4096);
    assertThat(board.error(DBCN, 0, 0, RAM, 0)).isEqualTo(SUCCESS);
    assertThat(board.value()).isZero();
  }

  /** Also where the part that one call would move is in RAM. */
  @ParameterizedTest
  @ValueSource(longs = {BoardFixture.RAM_SIZE + 1, Long.MAX_VALUE, Long.MIN_VALUE, -RAM, -1})
  void theDebugConsoleChecksAllOfARangeBeforeItMovesAnything(long length) {
    board.console.type("input");
    assertThat(board.error(DBCN, 0, length, RAM, 0)).isEqualTo(INVALID_PARAMETER);
    assertThat(board.error(DBCN, 1, length, RAM, 0)).isEqualTo(INVALID_PARAMETER);
    assertThat(board.console.text()).isEmpty();
    assertThat(board.console.read()).isEqualTo('i');
  }

  @Test
  void theDebugConsoleTakesNoInputForMemoryThatCannotBeWritten() {
    try (HostMemory rom = HostMemory.allocate(4096)) {
      board.memory.map(0x1000, 4096, rom, 0, Access.READ);
      board.console.type("input");
      assertThat(board.error(DBCN, 0, 4096, 0x1000, 0)).isEqualTo(SUCCESS);
      assertThat(board.error(DBCN, 1, 5, 0x1000, 0)).isEqualTo(INVALID_PARAMETER);
      assertThat(board.console.read()).isEqualTo('i');
      board.vcpus().getFirst().quiescence.leave(); // its call is over, and nobody waits for it
      board.memory.unmap(0x1000, 4096);
    }
  }
}
