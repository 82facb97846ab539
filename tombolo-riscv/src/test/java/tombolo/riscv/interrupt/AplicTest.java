// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.device.InterruptLine;

/** An APLIC in MSI delivery mode (RISC-V AIA 1.0, chapter 4) before two harts. */
class AplicTest {
  private static final int SOURCE = 7;
  private static final int OTHER = 40;
  private static final int IDENTITY = 77;

  private static final int DOMAIN = 0;
  private static final int SET_PENDING = 0x1c00;
  private static final int SET_PENDING_BY_NUMBER = 0x1cdc;
  private static final int IN_CLEAR_PENDING = 0x1d00;
  private static final int CLEAR_PENDING_BY_NUMBER = 0x1ddc;
  private static final int SET_ENABLED = 0x1e00;
  private static final int SET_ENABLED_BY_NUMBER = 0x1edc;
  private static final int CLEAR_ENABLED = 0x1f00;
  private static final int CLEAR_ENABLED_BY_NUMBER = 0x1fdc;
  private static final int GENERATE = 0x3000;

  private static final int ENABLE = 1 << 8;
  private static final int DETACHED = 1;
  private static final int RISING = 4;
  private static final int FALLING = 5;
  private static final int HIGH = 6;
  private static final int LOW = 7;

  private final List<InterruptFile> files =
      List.of(new InterruptFile(level -> {}), new InterruptFile(level -> {}));
  private final Aplic aplic = new Aplic(new Imsic(files));
  private final InterruptLine line = aplic.line(SOURCE);

  @BeforeEach
  void acceptAllMessages() {
    for (InterruptFile file : files) {
      for (int register = 0xc0; register < 0xc8; register += 2) {
        file.access(register, 0, -1);
      }
    }
  }

  private int read(int offset) {
    return (int) aplic.read(offset, 4);
  }

  private void write(int offset, int value) {
    aplic.write(offset, 4, Integer.toUnsignedLong(value));
  }

  private void configure(int source, int mode) {
    write(4 * source, mode);
  }

  private void target(int source, int hart, int identity) {
    write(GENERATE + 4 * source, hart << 18 | identity);
  }

  /** What a driver does: the source in this mode goes to hart 1, and everything is on. */
  private void listen(int mode) {
    configure(SOURCE, mode);
    target(SOURCE, 1, IDENTITY);
    write(SET_ENABLED_BY_NUMBER, SOURCE);
    write(DOMAIN, ENABLE);
  }

  private boolean pending() {
    return bit(SET_PENDING);
  }

  private boolean asserted() {
    return bit(IN_CLEAR_PENDING);
  }

  private boolean bit(int bank) {
    return (read(bank + SOURCE / 32 * 4) >>> SOURCE % 32 & 1) != 0;
  }

  /** The identity of the hart's most urgent message, which is taken; 0 if none has come. */
  private int message(int hart) {
    return (int) (files.get(hart).claim() >>> 16);
  }

  // 4.5.1, domaincfg

  @Test
  void theDomainIsLittleEndianAndSendsMessagesWhateverIsWritten() {
    assertThat(read(DOMAIN)).isEqualTo(0x8000_0004);
    write(DOMAIN, -1);
    assertThat(read(DOMAIN)).isEqualTo(0x8000_0104);
    write(DOMAIN, 0);
    assertThat(read(DOMAIN)).isEqualTo(0x8000_0004);
  }

  @Test
  void aDisabledDomainSendsNothingUntilItIsEnabled() {
    listen(RISING);
    write(DOMAIN, 0);
    line.raise();
    assertThat(message(1)).isZero();
    assertThat(pending()).isTrue();
    write(DOMAIN, ENABLE);
    assertThat(message(1)).isEqualTo(IDENTITY);
    assertThat(pending()).isFalse();
  }

  // 4.5.2, sourcecfg

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "2, 0", "3, 0", "4, 4", "5, 5", "6, 6", "7, 7"})
  void aSourceHasTheModesThatAreDefined(int written, int mode) {
    configure(SOURCE, written | 0xffff_f800);
    assertThat(read(4 * SOURCE)).isEqualTo(mode);
  }

  @Test
  void thereIsNoDomainToDelegateTo() {
    configure(SOURCE, HIGH);
    configure(SOURCE, 1 << 10 | HIGH);
    assertThat(read(4 * SOURCE)).isZero();
  }

  @Test
  void anInactiveSourceHasNothingThatCouldBeSet() {
    line.raise();
    write(SET_PENDING, -1);
    write(SET_ENABLED, -1);
    write(SET_PENDING_BY_NUMBER, SOURCE);
    write(SET_ENABLED_BY_NUMBER, SOURCE);
    target(SOURCE, 1, IDENTITY);
    assertThat(read(SET_PENDING)).isZero();
    assertThat(read(SET_ENABLED)).isZero();
    assertThat(asserted()).isFalse();
    assertThat(read(GENERATE + 4 * SOURCE)).isZero();
  }

  @Test
  void aSourceThatIsMadeInactiveForgets() {
    configure(SOURCE, RISING);
    target(SOURCE, 1, IDENTITY);
    write(SET_ENABLED_BY_NUMBER, SOURCE);
    write(SET_PENDING_BY_NUMBER, SOURCE);
    assertThat(pending()).isTrue();
    configure(SOURCE, 0);
    configure(SOURCE, RISING);
    assertThat(pending()).isFalse();
    assertThat(bit(SET_ENABLED)).isFalse();
    assertThat(read(GENERATE + 4 * SOURCE)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"4, true", "6, true", "5, false", "7, false", "1, false"})
  void theRectifiedInputIsTheWireOrItsContrary(int mode, boolean asRaised) {
    configure(SOURCE, mode);
    line.raise();
    assertThat(asserted()).isEqualTo(asRaised);
    line.lower();
    assertThat(asserted()).isEqualTo(!asRaised && mode != DETACHED);
  }

  @Test
  void aWireThatIsAssertedAlreadyCountsWhenItsSourceBecomesLevelSensitive() {
    line.raise();
    listen(HIGH);
    write(SET_ENABLED_BY_NUMBER, SOURCE);
    assertThat(message(1)).isEqualTo(IDENTITY);
  }

  @Test
  void aPendingEdgeIsNoPendingLevelWhereTheWireIsNot() {
    configure(SOURCE, RISING);
    write(SET_PENDING_BY_NUMBER, SOURCE);
    configure(SOURCE, HIGH);
    assertThat(pending()).isFalse();
  }

  // 4.5.5 to 4.5.14, pending and enabled bits

  @Test
  void bitsAreSetAndClearedByWordAndByNumber() {
    configure(OTHER, DETACHED);
    int bit = 1 << (OTHER - 32);
    write(SET_PENDING + 4, bit);
    assertThat(read(SET_PENDING + 4)).isEqualTo(bit);
    write(IN_CLEAR_PENDING + 4, bit);
    assertThat(read(SET_PENDING + 4)).isZero();
    write(0x2000, OTHER);
    assertThat(read(SET_PENDING + 4)).isEqualTo(bit);
    write(CLEAR_PENDING_BY_NUMBER, OTHER);
    assertThat(read(SET_PENDING + 4)).isZero();
    write(SET_ENABLED + 4, bit);
    assertThat(read(SET_ENABLED + 4)).isEqualTo(bit);
    write(CLEAR_ENABLED + 4, bit);
    assertThat(read(SET_ENABLED + 4)).isZero();
    write(SET_ENABLED_BY_NUMBER, OTHER);
    assertThat(read(SET_ENABLED + 4)).isEqualTo(bit);
    write(CLEAR_ENABLED_BY_NUMBER, OTHER);
    assertThat(read(SET_ENABLED + 4)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        SET_PENDING_BY_NUMBER,
        CLEAR_PENDING_BY_NUMBER,
        SET_ENABLED_BY_NUMBER,
        CLEAR_ENABLED_BY_NUMBER,
        CLEAR_ENABLED,
        0x2000
      })
  void whatOnlyTakesReadsZero(int register) {
    configure(SOURCE, DETACHED);
    write(SET_ENABLED_BY_NUMBER, SOURCE);
    write(register, SOURCE);
    assertThat(read(register)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 96, 1024, -1, Integer.MIN_VALUE})
  void aNumberThatIsNoSourceIsIgnored(int number) {
    for (int source = 1; source <= Aplic.SOURCES; source++) {
      configure(source, DETACHED);
    }
    write(SET_PENDING_BY_NUMBER, number);
    write(SET_ENABLED_BY_NUMBER, number);
    for (int word = 0; word < 32; word++) {
      assertThat(read(SET_PENDING + 4 * word)).isZero();
      assertThat(read(SET_ENABLED + 4 * word)).isZero();
    }
  }

  @Test
  void sourcesAre1To95() {
    for (int source = 1; source < 1024; source++) {
      configure(source, RISING);
      target(source, 1, 5);
      assertThat(read(4 * source)).isEqualTo(source <= 95 ? RISING : 0);
      assertThat(read(GENERATE + 4 * source)).isEqualTo(source <= 95 ? 1 << 18 | 5 : 0);
    }
    for (int word = 0; word < 32; word++) {
      write(SET_ENABLED + 4 * word, -1);
      int expected = word == 0 ? ~1 : word <= 2 ? -1 : 0;
      assertThat(read(SET_ENABLED + 4 * word)).isEqualTo(expected);
    }
  }

  // 4.5.15, genmsi

  @ParameterizedTest
  @ValueSource(ints = {0, ENABLE})
  void aGeneratedMessageIsSentAtOnceWhateverTheDomainSays(int domain) {
    write(DOMAIN, domain);
    write(GENERATE, 1 << 18 | 1 << 12 | IDENTITY);
    assertThat(message(1)).isEqualTo(IDENTITY);
    assertThat(read(GENERATE)).as("not busy").isEqualTo(1 << 18 | IDENTITY);
  }

  // 4.5.16, target

  @Test
  void aTargetKeepsHartAndIdentity() {
    configure(SOURCE, RISING);
    write(GENERATE + 4 * SOURCE, -1);
    assertThat(read(GENERATE + 4 * SOURCE)).as("no guests, bit 11").isEqualTo(0xfffc_07ff);
  }

  @Test
  void aMessageToNoHartOrNoIdentityGoesNowhere() {
    listen(RISING);
    for (int[] where : new int[][] {{2, IDENTITY}, {0x3fff, IDENTITY}, {0, 0}, {0, 256}}) {
      target(SOURCE, where[0], where[1]);
      line.raise();
      line.lower();
      assertThat(pending()).isFalse();
    }
    assertThat(message(0) + message(1)).isZero();
  }

  // 4.7, precise effects on pending bits

  @Test
  void aDetachedSourceIsSetByWritesOnly() {
    listen(DETACHED);
    line.raise();
    line.lower();
    assertThat(message(1)).isZero();
    write(SET_PENDING_BY_NUMBER, SOURCE);
    assertThat(message(1)).isEqualTo(IDENTITY);
  }

  @ParameterizedTest
  @ValueSource(ints = {RISING, FALLING})
  void anEdgeIsOneMessage(int mode) {
    line.set(mode == FALLING);
    listen(mode);
    assertThat(message(1)).isZero();
    line.set(mode == RISING);
    assertThat(message(1)).isEqualTo(IDENTITY);
    line.set(mode == RISING);
    line.set(mode == FALLING);
    assertThat(message(1)).isZero();
    line.set(mode == RISING);
    assertThat(message(1)).isEqualTo(IDENTITY);
    write(SET_PENDING_BY_NUMBER, SOURCE);
    assertThat(message(1)).isEqualTo(IDENTITY);
  }

  @Test
  void anEdgeStaysPendingWhenItsWireFalls() {
    configure(SOURCE, RISING);
    line.raise();
    line.lower();
    assertThat(pending()).isTrue();
    write(CLEAR_PENDING_BY_NUMBER, SOURCE);
    assertThat(pending()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {HIGH, LOW})
  void aLevelIsPendingNoLongerThanItsWire(int mode) {
    line.set(mode == LOW);
    configure(SOURCE, mode);
    line.set(mode == HIGH);
    assertThat(pending()).isTrue();
    line.set(mode == LOW);
    assertThat(pending()).isFalse();
    write(SET_PENDING_BY_NUMBER, SOURCE);
    write(SET_PENDING, -1);
    assertThat(pending()).as("it cannot be set").isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {HIGH, LOW})
  void aPendingLevelCanBeCleared(int mode) {
    line.set(mode == LOW);
    configure(SOURCE, mode);
    line.set(mode == HIGH);
    write(IN_CLEAR_PENDING, 1 << SOURCE);
    assertThat(pending()).isFalse();
    assertThat(asserted()).isTrue();
  }

  // 4.9.2, level-sensitive sources

  @Test
  void aLevelIsOneMessageUntilItsWireFallsOrSoftwareAsksAgain() {
    listen(HIGH);
    line.raise();
    assertThat(message(1)).isEqualTo(IDENTITY);
    assertThat(pending()).isFalse();
    line.raise();
    write(DOMAIN, ENABLE);
    write(SET_ENABLED_BY_NUMBER, SOURCE);
    assertThat(message(1)).as("still the same assertion").isZero();
    write(SET_PENDING_BY_NUMBER, SOURCE);
    assertThat(message(1)).as("a handler that is not sure").isEqualTo(IDENTITY);
    line.lower();
    write(SET_PENDING_BY_NUMBER, SOURCE);
    assertThat(message(1)).as("there is no more to do").isZero();
    line.raise();
    assertThat(message(1)).isEqualTo(IDENTITY);
  }

  @Test
  void aMaskedSourceIsSentWhenItIsEnabled() {
    listen(HIGH);
    write(CLEAR_ENABLED_BY_NUMBER, SOURCE);
    line.raise();
    assertThat(message(1)).isZero();
    write(SET_ENABLED_BY_NUMBER, SOURCE);
    assertThat(message(1)).isEqualTo(IDENTITY);
  }

  // Pulses, which are Tombolo's own

  @Test
  void aPulseIsTheSourcesMessageToItsHart() {
    listen(RISING);
    aplic.pulse(0b11, SOURCE);
    assertThat(message(0)).isZero();
    assertThat(message(1)).isEqualTo(IDENTITY);
    assertThat(message(1)).isZero();
  }

  @Test
  void aPulseForAnotherHartThanTheSourcesGoesThereAlone() {
    listen(RISING);
    aplic.pulse(0b01, SOURCE);
    assertThat(message(1)).isZero();
    assertThat(message(0)).isEqualTo(IDENTITY);
  }

  @Test
  void aPulseWaitsUntilSomebodyListens() {
    aplic.pulse(0b10, SOURCE);
    aplic.pulse(0b10, SOURCE);
    assertThat(pending()).as("inactive").isFalse();
    configure(SOURCE, RISING);
    assertThat(pending()).isTrue();
    target(SOURCE, 1, IDENTITY);
    write(SET_ENABLED_BY_NUMBER, SOURCE);
    assertThat(message(1)).isZero();
    write(DOMAIN, ENABLE);
    assertThat(message(1)).isEqualTo(IDENTITY);
    assertThat(pending()).isFalse();
    assertThat(message(1)).as("two pulses were one").isZero();
  }

  @Test
  void aPulseCanBeClearedAndAResetForgetsIt() {
    configure(SOURCE, RISING);
    aplic.pulse(0b10, SOURCE);
    write(CLEAR_PENDING_BY_NUMBER, SOURCE);
    assertThat(pending()).isFalse();
    aplic.pulse(0b10, SOURCE);
    aplic.reset();
    listen(RISING);
    assertThat(message(1)).isZero();
  }

  @Test
  void aPulseGoesBesideAWireThatIsHigh() {
    listen(HIGH);
    line.raise();
    assertThat(message(1)).isEqualTo(IDENTITY);
    aplic.pulse(0b10, SOURCE);
    assertThat(message(1)).isEqualTo(IDENTITY);
    assertThat(asserted()).isTrue();
  }

  // 4.6, reset

  @Test
  void resetForgetsAllButTheWires() {
    listen(HIGH);
    line.raise();
    write(GENERATE, 5);
    aplic.reset();
    for (int offset = 4; offset < Aplic.LENGTH; offset += 4) {
      assertThat(read(offset)).as("0x%x", offset).isZero();
    }
    assertThat(read(DOMAIN)).isEqualTo(0x8000_0004);
    assertThat(message(1)).as("what was sent before").isEqualTo(IDENTITY);
    listen(HIGH);
    assertThat(message(1)).as("the wire is high still").isEqualTo(IDENTITY);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 96})
  void thereIsNoSuchSource(int source) {
    assertThatIllegalArgumentException().isThrownBy(() -> aplic.line(source));
    assertThatIllegalArgumentException().isThrownBy(() -> aplic.pulse(1, source));
  }

  @Test
  void noAccessBreaksIt() {
    SplittableRandom random = new SplittableRandom(1);
    InterruptLine[] lines = new InterruptLine[Aplic.SOURCES + 1];
    for (int source = 1; source <= Aplic.SOURCES; source++) {
      lines[source] = aplic.line(source);
    }
    int[] likely = {0, 4, SET_PENDING, IN_CLEAR_PENDING, SET_ENABLED, CLEAR_ENABLED, 0x2000};
    for (int i = 0; i < 300_000; i++) {
      int offset =
          random.nextBoolean()
              ? random.nextInt((int) Aplic.LENGTH)
              : likely[random.nextInt(likely.length)] + 4 * random.nextInt(96);
      int size = random.nextInt(4) == 0 ? 1 << random.nextInt(4) : 4;
      switch (random.nextInt(6)) {
        case 0 -> aplic.pulse(random.nextLong() >>> random.nextInt(64), 1 + random.nextInt(95));
        case 1 -> lines[1 + random.nextInt(95)].set(random.nextBoolean());
        case 2, 3 -> aplic.write(offset, size, random.nextLong() >>> random.nextInt(64));
        default -> {
          if (aplic.read(offset, size) != 0) {
            assertThat(size).as("only whole registers can be read").isEqualTo(4);
            assertThat(offset & 3).isZero();
          }
        }
      }
      if (i % 64 == 0) {
        checkInvariants();
      }
    }
  }

  /** Nothing that could be sent is left, and what cannot be set is not. */
  private void checkInvariants() {
    boolean delivering = (read(DOMAIN) & ENABLE) != 0;
    for (int word = 0; word < 3; word++) {
      int pending = read(SET_PENDING + 4 * word);
      int enabled = read(SET_ENABLED + 4 * word);
      assertThat(delivering ? pending & enabled : 0).isZero();
      for (int i = 0; i < 32; i++) {
        int source = 32 * word + i;
        if (source == 0 || read(4 * source) == 0) {
          assertThat((pending | enabled | read(IN_CLEAR_PENDING + 4 * word)) >>> i & 1).isZero();
          assertThat(source == 0 ? 0 : read(GENERATE + 4 * source)).isZero();
        }
      }
    }
  }
}
