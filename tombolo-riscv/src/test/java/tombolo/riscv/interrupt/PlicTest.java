// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.device.InterruptLine;
import tombolo.riscv.BoardFixture;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.vcpu.RiscvVcpu;

/** The interrupt controller (RISC-V PLIC Specification 1.0.0) before two harts. */
class PlicTest {
  private static final int SOURCE = 7;
  private static final int OTHER = 40;

  private final BoardFixture board = new BoardFixture(2);
  private final Plic plic =
      new Plic(board.vcpus().stream().map(RiscvVcpu::externalInterrupt).toList());

  @AfterEach
  void close() {
    board.close();
  }

  private static long context(int hart) {
    return 0x20_0000 + 0x1000L * (2L * hart + 1);
  }

  private void enable(int hart, int source, boolean on) {
    long word = 0x2000 + 0x80L * (2L * hart + 1) + source / 32 * 4L;
    long bit = 1L << source % 32;
    long old = plic.read(word, 4);
    plic.write(word, 4, on ? old | bit : old & ~bit);
  }

  private void priority(int source, int value) {
    plic.write(4L * source, 4, value);
  }

  private void threshold(int hart, int value) {
    plic.write(context(hart), 4, value);
  }

  private int claim(int hart) {
    return (int) plic.read(context(hart) + 4, 4);
  }

  private void complete(int hart, int source) {
    plic.write(context(hart) + 4, 4, source);
  }

  private boolean interrupted(int hart) {
    return (board.hart(hart).pendingInterrupts() & Hart.SEIP) != 0;
  }

  @Test
  void aRaisedLineInterruptsTheHartsThatEnableIt() {
    priority(SOURCE, 1);
    enable(1, SOURCE, true);
    plic.line(SOURCE).raise();
    assertThat(interrupted(0)).isFalse();
    assertThat(interrupted(1)).isTrue();
    assertThat(claim(0)).isZero();
    assertThat(claim(1)).isEqualTo(SOURCE);
  }

  @Test
  void aClaimedInterruptIsGoneUntilItIsCompleted() {
    priority(SOURCE, 1);
    enable(0, SOURCE, true);
    enable(1, SOURCE, true);
    plic.line(SOURCE).raise();
    assertThat(claim(1)).isEqualTo(SOURCE);
    assertThat(interrupted(0) || interrupted(1)).isFalse();
    assertThat(claim(0)).as("nobody else gets it").isZero();
    complete(1, SOURCE);
    assertThat(interrupted(0) && interrupted(1)).as("its line is high still").isTrue();
  }

  @Test
  void aLineThatFellBeforeCompletionIsQuietAfterwards() {
    priority(SOURCE, 1);
    enable(0, SOURCE, true);
    InterruptLine line = plic.line(SOURCE);
    line.raise();
    assertThat(claim(0)).isEqualTo(SOURCE);
    line.lower();
    complete(0, SOURCE);
    assertThat(interrupted(0)).isFalse();
    line.raise();
    assertThat(claim(0)).isEqualTo(SOURCE);
  }

  @Test
  void aLineThatRisesAgainWhileClaimedInterruptsAgainAfterCompletion() {
    priority(SOURCE, 1);
    enable(0, SOURCE, true);
    InterruptLine line = plic.line(SOURCE);
    line.raise();
    assertThat(claim(0)).isEqualTo(SOURCE);
    line.lower();
    line.raise();
    assertThat(interrupted(0)).isFalse();
    complete(0, SOURCE);
    assertThat(claim(0)).isEqualTo(SOURCE);
  }

  @Test
  void theHighestPriorityIsClaimedFirstAndOfEqualsTheLowestNumber() {
    priority(SOURCE, 2);
    priority(OTHER, 3);
    priority(OTHER + 1, 3);
    for (int source : new int[] {SOURCE, OTHER, OTHER + 1}) {
      enable(0, source, true);
      plic.line(source).raise();
    }
    assertThat(claim(0)).isEqualTo(OTHER);
    assertThat(claim(0)).isEqualTo(OTHER + 1);
    assertThat(claim(0)).isEqualTo(SOURCE);
    assertThat(claim(0)).isZero();
  }

  @Test
  void priorityZeroNeverInterrupts() {
    enable(0, SOURCE, true);
    plic.line(SOURCE).raise();
    assertThat(interrupted(0)).isFalse();
    assertThat(claim(0)).isZero();
    priority(SOURCE, 1);
    assertThat(interrupted(0)).isTrue();
  }

  @Test
  void theThresholdHoldsBackInterruptsUpToItButNotTheirClaim() {
    priority(SOURCE, 3);
    enable(0, SOURCE, true);
    plic.line(SOURCE).raise();
    threshold(0, 3);
    assertThat(interrupted(0)).isFalse();
    threshold(0, 2);
    assertThat(interrupted(0)).isTrue();
    threshold(0, 7);
    assertThat(claim(0)).isEqualTo(SOURCE);
  }

  @Test
  void aHartCompletesOnlyWhatItEnables() {
    priority(SOURCE, 1);
    enable(0, SOURCE, true);
    plic.line(SOURCE).raise();
    assertThat(claim(0)).isEqualTo(SOURCE);
    complete(1, SOURCE);
    assertThat(interrupted(0)).isFalse();
    complete(0, SOURCE);
    assertThat(interrupted(0)).isTrue();
  }

  @Test
  void pendingBitsCanBeReadAndNotWritten() {
    plic.line(OTHER).raise();
    assertThat(plic.read(0x1004, 4)).isEqualTo(1L << (OTHER - 32));
    plic.write(0x1004, 4, 0);
    plic.write(0x1000, 4, -1);
    assertThat(plic.read(0x1004, 4)).isEqualTo(1L << (OTHER - 32));
    assertThat(plic.read(0x1000, 4)).isZero();
  }

  @Test
  void registersKeepOnlyTheBitsThatExist() {
    priority(SOURCE, -1);
    assertThat(plic.read(4 * SOURCE, 4)).isEqualTo(7);
    threshold(1, -1);
    assertThat(plic.read(context(1), 4)).isEqualTo(7);
    plic.write(0x2080, 4, -1);
    assertThat(plic.read(0x2080, 4)).as("there is no source 0").isEqualTo(0xffff_fffeL);
    plic.write(0, 4, 7);
    assertThat(plic.read(0, 4)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 96, 1L << 31})
  void completingWhatIsNoSourceDoesNothing(long source) {
    priority(SOURCE, 1);
    enable(0, SOURCE, true);
    plic.line(SOURCE).raise();
    plic.write(context(0) + 4, 4, source);
    assertThat(claim(0)).isEqualTo(SOURCE);
  }

  private void listen(int... harts) {
    priority(SOURCE, 1);
    for (int hart : harts) {
      enable(hart, SOURCE, true);
    }
  }

  @Test
  void aPulseInterruptsTheHartsThatItNamesAndNoOther() {
    listen(0, 1);
    plic.pulse(0b10, SOURCE);
    assertThat(interrupted(0)).isFalse();
    assertThat(interrupted(1)).isTrue();
    assertThat(claim(0)).as("hart 0 was not named").isZero();
    assertThat(claim(1)).isEqualTo(SOURCE);
    assertThat(interrupted(1)).isFalse();
    complete(1, SOURCE);
    assertThat(interrupted(1)).as("it was an edge").isFalse();
  }

  @Test
  void aPulseForSeveralHartsIsTakenByTheFirst() {
    listen(0, 1);
    plic.pulse(0b11, SOURCE);
    assertThat(interrupted(0) && interrupted(1)).isTrue();
    assertThat(claim(0)).isEqualTo(SOURCE);
    complete(0, SOURCE);
    assertThat(claim(1)).isZero();
  }

  @Test
  void aPulseWaitsUntilItsHartListens() {
    plic.pulse(0b10, SOURCE);
    assertThat(interrupted(1)).isFalse();
    listen(0, 1);
    assertThat(interrupted(0)).isFalse();
    assertThat(interrupted(1)).isTrue();
  }

  @Test
  void pulsesBeforeAClaimAreOne() {
    listen(1);
    plic.pulse(0b10, SOURCE);
    plic.pulse(0b10, SOURCE);
    assertThat(claim(1)).isEqualTo(SOURCE);
    complete(1, SOURCE);
    assertThat(claim(1)).isZero();
  }

  @Test
  void pulsesForDifferentHartsAreClaimedByEachOfThem() {
    listen(0, 1);
    plic.pulse(0b01, SOURCE);
    plic.pulse(0b10, SOURCE);
    assertThat(claim(0)).isEqualTo(SOURCE);
    complete(0, SOURCE);
    assertThat(interrupted(0)).isFalse();
    assertThat(claim(1)).as("hart 0 did not take what was hart 1's").isEqualTo(SOURCE);
    complete(1, SOURCE);
    assertThat(interrupted(0) || interrupted(1)).isFalse();
  }

  @Test
  void aPulseForOneOfTwoReachesTheOtherWhereOneDoesNotListen() {
    listen(1);
    plic.pulse(0b01, SOURCE);
    plic.pulse(0b11, SOURCE);
    assertThat(claim(1)).isEqualTo(SOURCE);
    complete(1, SOURCE);
    listen(0);
    assertThat(claim(0)).isEqualTo(SOURCE);
  }

  @ParameterizedTest
  @CsvSource({"3, 2", "2, 3"})
  void aPulseForOneHartAndOneForBothAreTakenByThatOneAtOnce(int first, int second) {
    listen(0, 1);
    plic.pulse(first, SOURCE);
    plic.pulse(second, SOURCE);
    assertThat(claim(1)).isEqualTo(SOURCE);
    complete(1, SOURCE);
    assertThat(interrupted(0) || interrupted(1)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aPulseWhileTheSourceIsClaimedInterruptsAfterCompletion(int claimer) {
    listen(0, 1);
    plic.pulse(1L << claimer, SOURCE);
    assertThat(claim(claimer)).isEqualTo(SOURCE);
    plic.pulse(0b10, SOURCE);
    assertThat(interrupted(0) || interrupted(1)).isFalse();
    assertThat(claim(1)).as("one claim of a source at a time").isZero();
    complete(claimer, SOURCE);
    assertThat(interrupted(0)).isFalse();
    assertThat(claim(1)).isEqualTo(SOURCE);
  }

  @Test
  void aLineWorksForAllBesideAPulseForOne() {
    listen(0, 1);
    InterruptLine line = plic.line(SOURCE);
    plic.pulse(0b10, SOURCE);
    line.raise();
    assertThat(claim(0)).as("by the line").isEqualTo(SOURCE);
    line.lower();
    complete(0, SOURCE);
    assertThat(interrupted(0)).isFalse();
    assertThat(claim(1)).as("by the pulse").isEqualTo(SOURCE);
    line.raise();
    complete(1, SOURCE);
    assertThat(interrupted(0) && interrupted(1)).as("by the line").isTrue();
  }

  @Test
  void aPulseIsShownAsPendingUntilItIsClaimed() {
    listen(1);
    plic.pulse(0b10, SOURCE);
    assertThat(plic.read(0x1000, 4)).isEqualTo(1 << SOURCE);
    assertThat(claim(1)).isEqualTo(SOURCE);
    plic.pulse(0b10, SOURCE);
    assertThat(plic.read(0x1000, 4)).isZero();
  }

  @Test
  void resetForgetsPulses() {
    listen(0, 1);
    plic.pulse(0b11, SOURCE);
    plic.reset();
    listen(0, 1);
    assertThat(interrupted(0) || interrupted(1)).isFalse();
    assertThat(plic.read(0x1000, 4)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 96})
  void noSuchSourceCanBePulsed(int source) {
    assertThatIllegalArgumentException().isThrownBy(() -> plic.pulse(1, source));
  }

  @Test
  void resetForgetsAllButTheLines() {
    priority(SOURCE, 1);
    enable(0, SOURCE, true);
    plic.line(SOURCE).raise();
    assertThat(claim(0)).isEqualTo(SOURCE);
    plic.reset();
    assertThat(interrupted(0)).isFalse();
    priority(SOURCE, 1);
    enable(0, SOURCE, true);
    assertThat(interrupted(0)).isTrue();
  }

  @Test
  void noAccessOfAGuestBreaksIt() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 300_000; i++) {
      long offset = random.nextLong(Plic.LENGTH) >>> random.nextInt(26);
      int size = 1 << random.nextInt(4);
      if (random.nextInt(8) == 0) {
        plic.pulse(random.nextInt(4), 1 + random.nextInt(Plic.SOURCES));
      } else if (random.nextBoolean()) {
        plic.write(offset, size, random.nextLong());
      } else if (plic.read(offset, size) != 0) {
        assertThat(size).as("only whole registers can be read").isEqualTo(4);
        assertThat(offset & 3).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 96})
  void thereIsNoSuchLine(int source) {
    assertThatIllegalArgumentException().isThrownBy(() -> plic.line(source));
  }
}
