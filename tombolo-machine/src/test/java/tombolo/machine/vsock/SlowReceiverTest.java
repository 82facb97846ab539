// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.RandomSource;
import tombolo.machine.host.Scheduler;

/** A guest that gives no buffers: its senders wait for a while, and nobody else does. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowReceiverTest {
  /**
   * Time that only {@link #elapse} lets go on: an hour ahead, so that no worker wakes by itself.
   */
  private final AtomicLong now = new AtomicLong(System.nanoTime() + 3_600_000_000_000L);

  private final HostServices host =
      new HostServices(now::get, Scheduler.system(), RandomSource.seeded(1));
  private final VsockSwitch network = new VsockSwitch(host);
  private final TestGuest alice = new TestGuest(network, 3, host, 1_000_000);
  private final TestGuest slow = new TestGuest(network, 4, host, 1);
  private final TestGuest carol = new TestGuest(network, 5, host, 1_000_000);

  @AfterEach
  void close() {
    alice.close();
    slow.close();
    carol.close();
    network.close();
  }

  /** Gives Alice more to send to the slow guest than that has buffers for. */
  private void fill() throws InterruptedException {
    alice.connect(slow, 1000, 5000);
    alice.send(4, 1000, 5000, VsockOp.RW, new byte[10_000]);
    alice.send(4, 1000, 5000, VsockOp.RW, (byte) 1);
  }

  private void elapse(long nanos) {
    now.addAndGet(nanos);
    alice.sender.kick();
  }

  @Test
  void whatFindsNoRoomWaits() throws Exception {
    fill();
    slow.give(1);
    slow.expect(VsockOp.RW);
    elapse(Patience.MOST_NANOS / 2);

    alice.awaitSent();
    assertThat(alice.sender.waitingBytes())
        .isEqualTo(PeerQueue.weight(alice.header(4, 1, 2, VsockOp.RW, 10_000)) + 256);
    assertThat(slow.received).isEmpty();
  }

  @Test
  void packetsOfTheSameSenderToOthersDoNotWait() throws Exception {
    fill();
    awaitWaiting();
    alice.connect(carol, 1, 2);
    for (int i = 0; i < 100; i++) {
      alice.send(4, 1000, 5000, VsockOp.RW, (byte) i);
      alice.send(5, 1, 2, VsockOp.RW, (byte) i);
      assertThat(carol.expect(VsockOp.RW).payload()).containsExactly(i);
    }
    assertThat(slow.received).isEmpty();

    int got = 0;
    while (got < 10_000) { // in the order in which they were sent
      slow.give(1);
      got += slow.expect(VsockOp.RW).payload().length;
    }
    slow.give(101);
    assertThat(slow.expect(VsockOp.RW).payload()).containsExactly(1);
    for (int i = 0; i < 100; i++) {
      assertThat(slow.expect(VsockOp.RW).payload()).containsExactly(i);
    }
    assertThat(alice.sender.waitingBytes()).isZero();
  }

  @Test
  void noMoreThanSoManyBytesWaitForOneReceiver() throws Exception {
    int most = 64 << 10;
    alice.send(4, 1000, 5000, VsockOp.REQUEST);
    slow.give(1);
    slow.expect(VsockOp.REQUEST);
    slow.send(
        new VsockHeader(4, 3, 5000, 1000, 0, VsockHeader.STREAM, VsockOp.RESPONSE.code, 0, -1, 0));
    alice.expect(VsockOp.RESPONSE);
    for (int i = 0; i < 100; i++) {
      alice.send(4, 1000, 5000, VsockOp.RW, new byte[most]);
    }
    while (alice.unsent() > 100 - PeerQueue.MOST_BYTES / (most + VsockHeader.SIZE)) {
      Thread.onSpinWait();
    }
    assertThat(alice.sender.waitingBytes())
        .isBetween(PeerQueue.MOST_BYTES - most - VsockHeader.SIZE, PeerQueue.MOST_BYTES);
    slow.give(100_000);
    int got = 0;
    while (got < 100 * most) {
      got += slow.expect(VsockOp.RW).payload().length;
    }
    alice.awaitSent();
  }

  /** A buffer for a byte just before each five seconds are over, for hours. */
  @Test
  void oneThatTakesAByteNowAndThenIsCutOff() throws Exception {
    slow.bufferBytes = VsockHeader.SIZE + 1;
    fill();
    awaitWaiting();
    int bytes = 0;
    while (alice.received.isEmpty() && bytes < 100) {
      elapse(Patience.MOST_NANOS - 1000);
      slow.give(1);
      awaitWaitingOrCutOff();
      bytes++;
    }
    alice.expect(VsockOp.RST);
    // Two, and one more where time passes before the sender has noticed that somebody waits.
    assertThat(bytes).isLessThanOrEqualTo(3);
  }

  private void awaitWaitingOrCutOff() {
    while (slow.station.waiting() == 0 && alice.received.isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void oneThatTakesPacketsWithoutPayloadNowAndThenIsCutOff() throws Exception {
    for (int port = 0; port <= GuestStation.BACKLOG + 10; port++) {
      alice.send(4, port, 5000, VsockOp.REQUEST);
    }
    awaitWaiting();
    for (int i = 0; i < 3 && alice.received.isEmpty(); i++) {
      elapse(Patience.MOST_NANOS - 1000);
      slow.give(1);
      awaitWaitingOrCutOff();
    }
    alice.expect(VsockOp.RST);
  }

  @Test
  void packetsWithoutPayloadComeAtAPace() throws Exception {
    alice.connect(carol, 1, 2);
    carol.received.clear();
    for (int i = 0; i < Pace.BURST + 1000; i++) {
      alice.send(5, 1, 2, VsockOp.CREDIT_REQUEST);
    }
    alice.send(3, 1, 1, VsockOp.REQUEST); // to itself, which is refused: the one behind them
    alice.expect(VsockOp.RST);
    assertThat(carol.received).hasSizeLessThanOrEqualTo(Pace.BURST);

    elapse(100 * Pace.INTERVAL_NANOS);
    for (int i = 0; i < Pace.BURST + 90; i++) {
      carol.expect(VsockOp.CREDIT_REQUEST);
    }
    assertThat(carol.received).hasSizeLessThan(20);
    alice.send(4, 1, 2, VsockOp.REQUEST);
    slow.expect(VsockOp.REQUEST);
  }

  @Test
  void itGoesOnWhereItStoppedWhenThereIsRoom() throws Exception {
    fill();
    int got = 0;
    while (got < 10_001) {
      slow.give(1);
      got += slow.expect(VsockOp.RW).payload().length;
    }
    alice.awaitSent();
    assertThat(got).isEqualTo(10_001);
  }

  @Test
  void otherGuestsAreNotHeldUp() throws Exception {
    fill();
    try (TestGuest dave = new TestGuest(network, 6)) {
      carol.connect(dave, 1, 2);
      carol.send(6, 1, 2, VsockOp.RW, (byte) 9);

      assertThat(dave.expect(VsockOp.RW).payload()).containsExactly(9);
    }
    carol.send(3, 1, 2, VsockOp.REQUEST);
    alice.expect(VsockOp.REQUEST);
  }

  @Test
  void packetsWithoutPayloadMayWaitAtTheReceiver() throws Exception {
    fill();
    for (int i = 0; i < GuestStation.BACKLOG; i++) {
      carol.send(4, i, 5000, VsockOp.REQUEST);
    }
    carol.awaitSent();
    carol.send(4, 9999, 5000, VsockOp.REQUEST);
    carol.sender.kick();
    slow.give(GuestStation.BACKLOG + 10);

    carol.awaitSent();
    for (int i = 0; i < GuestStation.BACKLOG; i++) {
      TestGuest.Packet next = slow.next();
      if (next.header().is(VsockOp.REQUEST)) {
        assertThat(next.header().sourceCid()).isEqualTo(5);
      }
    }
  }

  @Test
  void onePatienceLaterItIsCutOffAndItsSendersAreRefused() throws Exception {
    fill();
    slow.give(1);
    slow.expect(VsockOp.RW);
    awaitWaiting();
    elapse(Patience.MOST_NANOS - 1);
    assertThat(alice.received).isEmpty();
    elapse(2);

    alice.expect(VsockOp.RST);
    alice.awaitPassedOn();
    alice.received.clear();
    carol.send(4, 1, 5000, VsockOp.REQUEST);
    carol.expect(VsockOp.RST);
    alice.connect(carol, 1000, 5000);
  }

  /** Waits until the sender has found no room. */
  private void awaitWaiting() {
    while (slow.station.waiting() == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void oneThatTakesEnoughNowAndThenIsNotCutOff() throws Exception {
    alice.connect(slow, 1000, 5000);
    int window = TestGuest.WINDOW;
    for (int second = 1; second <= 60; second++) {
      alice.send(4, 1000, 5000, VsockOp.RW, new byte[window]);
      awaitWaiting();
      elapse(window * 1_000_000_000L / Patience.BYTES_PER_SECOND - 1000);
      int got = 0;
      while (got < window) {
        slow.give(1);
        got += slow.expect(VsockOp.RW).payload().length;
      }
      slow.send(
          new VsockHeader(
              4,
              3,
              5000,
              1000,
              0,
              VsockHeader.STREAM,
              VsockOp.CREDIT_UPDATE.code,
              0,
              window,
              second * window));
      slow.awaitSent();
      alice.expect(VsockOp.CREDIT_UPDATE);
    }
    assertThat(alice.received).isEmpty();
  }

  @Test
  void oneThatGivesBuffersAgainIsBack() throws Exception {
    fill();
    awaitWaiting();
    elapse(Patience.MOST_NANOS + 1);
    alice.expect(VsockOp.RST);
    alice.awaitPassedOn();
    alice.received.clear();

    assertThat(slow.give(100)).isTrue();
    assertThat(slow.give(1)).isFalse();
    alice.connect(slow, 1001, 5000);
  }

  @Test
  void oneThatHasRoomIsNotCutOffHoweverLongNothingCameForIt() throws Exception {
    alice.connect(carol, 1, 2);
    elapse(2 * Patience.MOST_NANOS);

    assertThat(carol.station.patienceLeft()).isEqualTo(Patience.MOST_NANOS);
    alice.send(5, 1, 2, VsockOp.RW, (byte) 7);
    assertThat(carol.expect(VsockOp.RW).payload()).containsExactly(7);
  }

  @Test
  void attemptsThatADeafGuestDoesNotAnswerHoldUpNobodyElse() throws Exception {
    int most = VsockSwitch.MAX_CONNECTIONS;
    slow.give(most - GuestStation.BACKLOG - 1);
    try (TestGuest dave = new TestGuest(network, 6, host, 1_000_000)) {
      carol.connect(dave, 1, 2);
      for (int port = 0; port < most; port++) {
        alice.send(4, port, 5000, VsockOp.REQUEST);
      }
      alice.awaitSent();
      elapse(2 * Patience.MOST_NANOS);
      // Each takes the place of one that the deaf guest has not answered, then of one of these.
      for (int port = 0; port < 2 * most; port++) {
        alice.send(5, port, 5000, VsockOp.REQUEST);
      }
      alice.awaitSent();

      assertThat(alice.received).isEmpty();
      carol.received.clear();
      dave.send(5, 2, 1, VsockOp.RW, (byte) 8);
      assertThat(carol.expect(VsockOp.RW).payload()).containsExactly(8);
      carol.send(6, 1, 2, VsockOp.RW, (byte) 9);
      assertThat(dave.expect(VsockOp.RW).payload()).containsExactly(9);
      assertThat(network.connections()).isEqualTo(most + 1);
    }
    slow.give(10 * most);
    for (int port = 0; port < most; port++) {
      assertThat(slow.expect(VsockOp.REQUEST).header().sourcePort()).isEqualTo(port);
    }
    for (int port = 0; port < most; port++) {
      assertThat(slow.expect(VsockOp.RST).header().sourcePort()).isEqualTo(port);
    }
    assertThat(slow.received).as("an RST for each connection, and no more").isEmpty();
  }

  @Test
  void theHostIsRememberedOnceHoweverOftenItFindsNoRoom() throws Exception {
    try (HostVsockListener listener = network.host().listen(1024)) {
      slow.send(2, 700, 1024, VsockOp.REQUEST);
      HostVsockConnection host = listener.accept();
      slow.expect(VsockOp.RESPONSE);
      for (int i = 0; i < 1000; i++) {
        assertThat(host.write(ByteBuffer.allocate(1))).isZero();
      }
      assertThat(slow.station.waiting()).isEqualTo(1);

      slow.give(1);
      assertThat(slow.station.waiting()).isZero();
      assertThat(host.write(ByteBuffer.allocate(1))).isEqualTo(1);
    }
  }

  @Test
  void connectionsThatHaveEndedWaitForNothing() throws Exception {
    slow.give(-1);
    try (HostVsockListener listener = network.host().listen(1024)) {
      for (int i = 0; i < 100; i++) {
        slow.send(2, 700, 1024, VsockOp.REQUEST);
        HostVsockConnection host = listener.accept();
        assertThat(host.write(ByteBuffer.allocate(1))).isZero();
        slow.give(1); // for the answer, and no more
        slow.expect(VsockOp.RESPONSE);
        assertThat(slow.station.waiting()).isEqualTo(1);
        if (i % 2 == 0) {
          host.close();
          slow.give(1);
          slow.expect(VsockOp.SHUTDOWN);
        }
        slow.send(2, 700, 1024, VsockOp.RST);
        slow.awaitSent();
        assertThat(slow.station.waiting()).isZero();
      }
    }
  }

  @Test
  void attemptsOfTheHostThatFindNoRoomAreNotRemembered() {
    slow.sender.pause(); // A first step that comes late would find no room and wait for it, too.
    for (int i = 0; i <= GuestStation.BACKLOG; i++) {
      slow.station.insist(carol.header(4, 1, 2, VsockOp.RST, 0));
    }
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> network.host().begin(4, 5000, () -> {}))
          .hasMessage("vm4 takes no connection");
    }
    assertThat(slow.station.waiting()).isEqualTo(1);
    assertThat(network.connections()).isZero();
  }

  @Test
  void aGuestThatTakesNoAnswersCannotAskForMore() throws Exception {
    for (int i = 0; i < 10_000; i++) {
      slow.send(99, i, 1, VsockOp.REQUEST);
    }
    slow.expect(VsockOp.RST);
    while (slow.station.waiting() == 0) {
      Thread.onSpinWait();
    }
    assertThat(slow.unsent()).isGreaterThan(10_000 - GuestStation.BACKLOG - 10);
    carol.connect(alice, 1, 2);
    slow.give(20_000);
    slow.awaitSent();
  }

  @Test
  void twoGuestsThatFillEachOtherDoNotStop() throws Exception {
    try (TestGuest a = new TestGuest(network, 10, host, 4);
        TestGuest b = new TestGuest(network, 11, host, 4)) {
      a.connect(b, 1, 2);
      for (int i = 0; i < 6; i++) {
        a.send(11, 1, 2, VsockOp.RW, new byte[10_000]);
        b.send(10, 2, 1, VsockOp.RW, new byte[10_000]);
      }
      int gotA = 0;
      int gotB = 0;
      while (gotA < 60_000 || gotB < 60_000) {
        a.give(1);
        b.give(1);
        TestGuest.Packet toA = a.received.poll();
        TestGuest.Packet toB = b.received.poll();
        gotA += toA == null ? 0 : toA.payload().length;
        gotB += toB == null ? 0 : toB.payload().length;
      }
    }
  }
}
