// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.OrderedHost;
import tombolo.machine.state.SavedState;

/** The real-time clock as its driver sees it. */
final class GoldfishRtcTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final long START_NANOS = START.getEpochSecond() * 1_000_000_000;

  private static final int TIME_LOW = 0x00;
  private static final int TIME_HIGH = 0x04;
  private static final int ALARM_LOW = 0x08;
  private static final int ALARM_HIGH = 0x0c;
  private static final int INTERRUPT_ENABLE = 0x10;
  private static final int CLEAR_ALARM = 0x14;
  private static final int ALARM_STATUS = 0x18;
  private static final int CLEAR_INTERRUPT = 0x1c;

  private final OrderedHost host = new OrderedHost();
  private final RecordedLine line = new RecordedLine();
  private final GoldfishRtc rtc = clock(host, line);

  private static GoldfishRtc clock(OrderedHost host, InterruptLine line) {
    return new GoldfishRtc("vm", host.services().startingAt(START), line);
  }

  private static long time(GoldfishRtc clock) {
    long low = clock.read(TIME_LOW, 4);
    return clock.read(TIME_HIGH, 4) << 32 | low;
  }

  private void store(int register, long value) {
    rtc.write(register, 4, value & 0xffff_ffffL);
    host.run();
  }

  private void elapse(long nanos) {
    host.elapse(nanos);
    host.run();
  }

  private void alarmAt(long nanos) {
    store(ALARM_HIGH, nanos >>> 32);
    store(ALARM_LOW, nanos);
  }

  @Test
  void itBeginsAtItsDateAndGoesWithTheClockOfTheVm() {
    assertThat(time(rtc)).isEqualTo(START_NANOS);

    elapse(5_000_000_001L);

    assertThat(time(rtc)).isEqualTo(START_NANOS + 5_000_000_001L);
  }

  @Test
  void theHostsDateIsTheDefault() {
    try (GoldfishRtc ofHost = new GoldfishRtc("vm", HostServices.system(), line)) {
      assertThat(Duration.ofNanos(time(ofHost)))
          .isCloseTo(Duration.ofMillis(System.currentTimeMillis()), Duration.ofSeconds(30));
    }
  }

  @Test
  void bothHalvesOfATimeBelongTogether() {
    store(TIME_HIGH, 1);
    store(TIME_LOW, 0xffff_fffeL);
    long low = rtc.read(TIME_LOW, 4);

    elapse(10);

    assertThat(low).isEqualTo(0xffff_fffeL);
    assertThat(rtc.read(TIME_HIGH, 4)).isEqualTo(1);
    assertThat(time(rtc)).isEqualTo(0x2_0000_0008L);
  }

  @Test
  void aTimeThatTheGuestSetsOutlivesAReset() {
    store(TIME_HIGH, 0);
    store(TIME_LOW, 1000);
    rtc.reset();

    elapse(1);

    assertThat(time(rtc)).isEqualTo(1001);
  }

  @Test
  void theAlarmInterruptsOnceItsTimeHasComeAndNotBefore() {
    store(INTERRUPT_ENABLE, 1);
    alarmAt(START_NANOS + 1000);
    assertThat(rtc.read(ALARM_STATUS, 4)).isEqualTo(1);
    assertThat(rtc.read(ALARM_LOW, 4)).isEqualTo((START_NANOS + 1000) & 0xffff_ffffL);
    assertThat(rtc.read(ALARM_HIGH, 4)).isEqualTo((START_NANOS + 1000) >>> 32);

    elapse(999);
    assertThat(line.level).isFalse();
    elapse(1);
    assertThat(line.level).isTrue();
    assertThat(rtc.read(ALARM_STATUS, 4)).isZero();

    store(CLEAR_INTERRUPT, 1);
    assertThat(line.level).isFalse();
    elapse(1_000_000);
    assertThat(line.level).isFalse();
  }

  @Test
  void anAlarmInThePastIsDueAtOnce() {
    store(INTERRUPT_ENABLE, 1);
    alarmAt(START_NANOS);

    assertThat(line.level).isTrue();
  }

  @Test
  void anAlarmThatIsClearedOrNotEnabledInterruptsNobody() {
    alarmAt(START_NANOS + 1000);
    elapse(1000);
    assertThat(line.level).isFalse();
    store(INTERRUPT_ENABLE, 1);
    assertThat(line.level).as("it was only masked").isTrue();
    store(CLEAR_INTERRUPT, 1);

    alarmAt(START_NANOS + 2000);
    store(CLEAR_ALARM, 1);
    elapse(2000);

    assertThat(line.level).isFalse();
  }

  @Test
  void anAlarmComesWhenTheGuestSetsTheTimeBehindIt() {
    store(INTERRUPT_ENABLE, 1);
    alarmAt(START_NANOS + (1L << 40));
    assertThat(line.level).isFalse();

    store(TIME_HIGH, (START_NANOS >>> 32) + 512);

    assertThat(line.level).isTrue();
  }

  @Test
  void anAlarmOfTheFarFutureNeverComes() {
    store(INTERRUPT_ENABLE, 1);
    alarmAt(-1);
    elapse(1L << 60);
    assertThat(line.level).isFalse();
    assertThat(rtc.read(ALARM_STATUS, 4)).isEqualTo(1);
  }

  @Test
  void aResetForgetsAlarmAndInterrupt() {
    store(INTERRUPT_ENABLE, 1);
    alarmAt(START_NANOS);
    alarmAt(START_NANOS + 1000);

    rtc.reset();
    assertThat(line.level).isFalse();
    elapse(1000);

    assertThat(line.level).isFalse();
    assertThat(rtc.read(INTERRUPT_ENABLE, 4)).isZero();
  }

  @Test
  void accessesOfAnotherSizeAreNone() {
    rtc.write(INTERRUPT_ENABLE, 8, -1);
    rtc.write(INTERRUPT_ENABLE, 1, 1);

    assertThat(rtc.read(INTERRUPT_ENABLE, 4)).isZero();
    assertThat(rtc.read(TIME_LOW, 8)).isZero();
    assertThat(rtc.read(0x20, 4)).isZero();
  }

  @Test
  void aRestoredClockGoesOnFromWhereItWasSaved() {
    store(INTERRUPT_ENABLE, 1);
    alarmAt(START_NANOS + 1000);
    elapse(400);
    byte[] state = SavedState.of(rtc);
    OrderedHost later = new OrderedHost();
    later.elapse(1_000_000_000);
    RecordedLine otherLine = new RecordedLine();
    GoldfishRtc restored = clock(later, otherLine);
    restored.pause();
    SavedState.restore(state, restored);
    assertThat(SavedState.of(restored)).isEqualTo(state);
    restored.resume();
    later.run();
    assertThat(time(restored)).isEqualTo(START_NANOS + 400);
    assertThat(otherLine.level).isFalse();

    later.elapse(600);
    later.run();

    assertThat(otherLine.level).isTrue();
  }

  @Test
  void otherBytesAreRefused() {
    alarmAt(START_NANOS + 1000);
    SavedState.assertOnlyWholeStateIsTaken(
        SavedState.of(rtc), () -> clock(new OrderedHost(), new RecordedLine()), 1);
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  void theAlarmComesByTheHostsThreadsToo() {
    try (GoldfishRtc ofHost = new GoldfishRtc("vm", HostServices.system(), line)) {
      ofHost.write(INTERRUPT_ENABLE, 4, 1);
      long soon = time(ofHost) + 20_000_000;
      ofHost.write(ALARM_HIGH, 4, soon >>> 32);
      ofHost.write(ALARM_LOW, 4, soon & 0xffff_ffffL);
      while (!line.level) {
        Thread.onSpinWait();
      }
      assertThat(time(ofHost)).isGreaterThanOrEqualTo(soon);
    }
  }
}
