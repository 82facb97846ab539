// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.host.HostServices;

/** The way of packets between two guests (virtio 1.2, 5.10.6). */
@Timeout(60)
class GuestToGuestTest {
  private final VsockSwitch network = new VsockSwitch(HostServices.system());
  private final TestGuest alice = new TestGuest(network, 3);
  private final TestGuest bob = new TestGuest(network, 4);

  @AfterEach
  void close() {
    alice.close();
    bob.close();
    network.close();
    assertThat(network.connections()).isZero();
  }

  @Test
  void aConnectionIsAskedForAnsweredAndUsedBothWays() throws Exception {
    alice.connect(bob, 1000, 5000);
    alice.send(4, 1000, 5000, VsockOp.RW, (byte) 1, (byte) 2);
    bob.send(3, 5000, 1000, VsockOp.RW, (byte) 3);

    assertThat(bob.expect(VsockOp.RW).payload()).containsExactly(1, 2);
    assertThat(alice.expect(VsockOp.RW).payload()).containsExactly(3);
  }

  @Test
  void headersArriveAsTheyWereSent() throws Exception {
    VsockHeader request =
        new VsockHeader(3, 4, -1, 5000, 0, VsockHeader.STREAM, VsockOp.REQUEST.code, 0, 777, 0);
    alice.send(request);

    assertThat(bob.next().header()).isEqualTo(request);
  }

  @Test
  void aLargePacketComesInTheReceiversBuffers() throws Exception {
    alice.connect(bob, 1000, 5000);
    byte[] payload = new byte[64 << 10];
    ThreadLocalRandom.current().nextBytes(payload);
    alice.send(4, 1000, 5000, VsockOp.RW, payload);

    byte[] got = new byte[payload.length];
    for (int at = 0; at < got.length; ) {
      TestGuest.Packet part = bob.expect(VsockOp.RW);
      assertThat(part.payload().length)
          .isEqualTo(part.header().length())
          .isLessThanOrEqualTo(TestGuest.BUFFER - VsockHeader.SIZE);
      System.arraycopy(part.payload(), 0, got, at, part.payload().length);
      at += part.payload().length;
    }
    assertThat(got).isEqualTo(payload);
  }

  @Test
  void aMessageOfASeqpacketSocketEndsWithItsLastPart() throws Exception {
    seqpacket(VsockOp.REQUEST, 0);
    bob.expect(VsockOp.REQUEST);
    bob.send(
        new VsockHeader(
            4, 3, 5000, 1000, 0, VsockHeader.SEQPACKET, VsockOp.RESPONSE.code, 0, 65536, 0));
    alice.expect(VsockOp.RESPONSE);
    seqpacket(VsockOp.RW, 5000, new byte[5000]);

    assertThat(bob.expect(VsockOp.RW).header().flags()).isZero();
    assertThat(bob.expect(VsockOp.RW).header().flags()).isEqualTo(3);
  }

  private void seqpacket(VsockOp op, int length, byte... payload) {
    alice.send(
        new VsockHeader(3, 4, 1000, 5000, length, VsockHeader.SEQPACKET, op.code, 3, 65536, 0),
        payload);
  }

  @Test
  void aSeqpacketSocketIsRefusedByAGuestThatDoesNotKnowThem() throws Exception {
    bob.seqpacket = false;
    seqpacket(VsockOp.REQUEST, 0);

    assertThat(alice.expect(VsockOp.RST).header().type()).isEqualTo(VsockHeader.SEQPACKET);
    assertThat(bob.received).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, 5, 0xffff_ffffL, -1, 4 | 1L << 32})
  void nobodyIsAtAnotherCid(long cid) throws Exception {
    alice.send(cid, 1000, 5000, VsockOp.REQUEST);

    VsockHeader rst = alice.expect(VsockOp.RST).header();
    assertThat(rst.sourceCid()).isEqualTo(cid);
    assertThat(rst.sourcePort()).isEqualTo(5000);
    assertThat(rst.destinationPort()).isEqualTo(1000);
  }

  @ParameterizedTest
  @EnumSource(
      value = VsockOp.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"REQUEST", "RST"})
  void whatBelongsToNoConnectionIsAnsweredWithAnRst(VsockOp op) throws Exception {
    alice.send(4, 1000, 5000, op);

    alice.expect(VsockOp.RST);
    assertThat(bob.received).isEmpty();
    assertThat(network.refused()).isEqualTo(1);
  }

  @Test
  void anRstIsNotAnswered() throws Exception {
    alice.send(4, 1000, 5000, VsockOp.RST);
    alice.send(9, 1000, 5000, VsockOp.RST);
    alice.awaitSent();

    assertThat(alice.received).isEmpty();
    assertThat(bob.received).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 0xffff})
  void anUnknownOpIsAnsweredWithAnRst(int op) throws Exception {
    alice.send(new VsockHeader(3, 4, 1, 2, 0, VsockHeader.STREAM, op, 0, 0, 0));

    alice.expect(VsockOp.RST);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 0xffff})
  void anUnknownTypeIsAnsweredWithAnRst(int type) throws Exception {
    alice.send(new VsockHeader(3, 4, 1, 2, 0, type, VsockOp.REQUEST.code, 0, 0, 0));

    assertThat(alice.expect(VsockOp.RST).header().type()).isEqualTo(type);
    assertThat(bob.received).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, 65537, 4, 100})
  void aLengthThatThePacketHasNotIsAnsweredWithAnRst(int length) throws Exception {
    alice.connect(bob, 1000, 5000);
    alice.send(alice.header(4, 1000, 5000, VsockOp.RW, length), (byte) 1, (byte) 2, (byte) 3);

    alice.expect(VsockOp.RST);
    alice.awaitSent();
    assertThat(bob.received).isEmpty();
  }

  @Test
  void bytesBehindThePayloadAreNoneOfIt() throws Exception {
    alice.connect(bob, 1000, 5000);
    alice.send(alice.header(4, 1000, 5000, VsockOp.RW, 2), (byte) 1, (byte) 2, (byte) 3);

    assertThat(bob.expect(VsockOp.RW).payload()).containsExactly(1, 2);
  }

  @Test
  void lessThanAHeaderIsDropped() throws Exception {
    alice.sendRaw();
    alice.sendRaw(new byte[43]);
    alice.awaitSent();

    assertThat(network.forged()).isEqualTo(2);
    assertThat(alice.received).isEmpty();
  }

  @Test
  void aPacketInAnotherGuestsNameIsDropped() throws Exception {
    try (TestGuest carol = new TestGuest(network, 5)) {
      alice.connect(bob, 1000, 5000);
      carol.send(alice.header(4, 1000, 5000, VsockOp.RW, 1), (byte) 66);
      carol.send(alice.header(4, 1000, 5000, VsockOp.RST, 0));
      carol.awaitSent();
      alice.send(4, 1000, 5000, VsockOp.RW, (byte) 1);

      assertThat(bob.expect(VsockOp.RW).payload()).containsExactly(1);
      assertThat(network.forged()).isEqualTo(2);
      assertThat(carol.received).isEmpty();
    }
  }

  @Test
  void moreThanTheReceiverHasRoomForEndsTheConnection() throws Exception {
    alice.connect(bob, 1000, 5000);
    byte[] half = new byte[TestGuest.WINDOW / 2 + 1];
    alice.send(4, 1000, 5000, VsockOp.RW, half);
    alice.send(4, 1000, 5000, VsockOp.RW, half);

    alice.expect(VsockOp.RST);
    TestGuest.Packet last = bob.next();
    while (last.header().is(VsockOp.RW)) {
      last = bob.next();
    }
    assertThat(last.header().is(VsockOp.RST)).isTrue();
    assertThat(network.connections()).isZero();
  }

  @Test
  void creditThatTheReceiverGivesBackCanBeUsedAgain() throws Exception {
    alice.connect(bob, 1000, 5000);
    for (int round = 1; round <= 3; round++) {
      alice.send(4, 1000, 5000, VsockOp.RW, new byte[TestGuest.WINDOW]);
      for (int got = 0; got < TestGuest.WINDOW; ) {
        got += bob.expect(VsockOp.RW).payload().length;
      }
      bob.send(
          new VsockHeader(
              4,
              3,
              5000,
              1000,
              0,
              VsockHeader.STREAM,
              VsockOp.CREDIT_UPDATE.code,
              0,
              TestGuest.WINDOW,
              round * TestGuest.WINDOW));
      alice.expect(VsockOp.CREDIT_UPDATE);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = VsockOp.class,
      names = {"RW", "SHUTDOWN", "CREDIT_UPDATE", "CREDIT_REQUEST", "RESPONSE"})
  void whoDoesNotWaitForTheAnswerLosesTheConnection(VsockOp op) throws Exception {
    alice.send(4, 1000, 5000, VsockOp.REQUEST);
    alice.send(4, 1000, 5000, op);

    alice.expect(VsockOp.RST);
    bob.expect(VsockOp.REQUEST);
    bob.expect(VsockOp.RST);
  }

  @Test
  void aSecondRequestOnAConnectionEndsIt() throws Exception {
    alice.connect(bob, 1000, 5000);
    alice.send(4, 1000, 5000, VsockOp.REQUEST);

    alice.expect(VsockOp.RST);
    bob.expect(VsockOp.RST);
  }

  @Test
  void aRequestThatWasNotAnsweredCanBeMadeAgain() throws Exception {
    alice.send(4, 1000, 5000, VsockOp.REQUEST);
    bob.expect(VsockOp.REQUEST);
    alice.connect(bob, 1000, 5000);
  }

  @Test
  void anotherTypeOnAConnectionEndsIt() throws Exception {
    alice.connect(bob, 1000, 5000);
    seqpacket(VsockOp.RW, 1, (byte) 1);

    alice.expect(VsockOp.RST);
    bob.expect(VsockOp.RST);
  }

  @Test
  void anRstEndsTheConnectionAndTheSamePortsCanBeUsedAgain() throws Exception {
    for (int i = 0; i < 10_000; i++) { // who has got the RST may be faster than who has sent it
      alice.connect(bob, 1000, 5000);
      bob.send(3, 5000, 1000, VsockOp.RST);
      alice.expect(VsockOp.RST);
    }
  }

  @Test
  void oneWhoSendsNoMoreCanStillReceive() throws Exception {
    alice.connect(bob, 1000, 5000);
    alice.send(
        new VsockHeader(
            3,
            4,
            1000,
            5000,
            0,
            VsockHeader.STREAM,
            VsockOp.SHUTDOWN.code,
            VsockHeader.NO_MORE_SENT,
            TestGuest.WINDOW,
            0));
    assertThat(bob.expect(VsockOp.SHUTDOWN).header().flags()).isEqualTo(VsockHeader.NO_MORE_SENT);
    bob.send(3, 5000, 1000, VsockOp.RW, (byte) 7);

    assertThat(alice.expect(VsockOp.RW).payload()).containsExactly(7);
  }

  @Test
  void theEndOfAGuestEndsItsConnectionsAtAllPeers() throws Exception {
    try (TestGuest carol = new TestGuest(network, 5)) {
      alice.connect(bob, 1000, 5000);
      carol.connect(alice, 1000, 6000);
      carol.connect(bob, 1001, 5000);
      alice.stop();

      assertThat(bob.expect(VsockOp.RST).header().sourceCid()).isEqualTo(3);
      assertThat(carol.expect(VsockOp.RST).header().sourcePort()).isEqualTo(6000);
      assertThat(network.connections()).isEqualTo(1);
    }
  }

  @Test
  void aGuestThatIsNotThereIsRefused() throws Exception {
    bob.stop();
    alice.send(4, 1000, 5000, VsockOp.REQUEST);

    alice.expect(VsockOp.RST);
  }

  @Test
  void aGuestThatWasBootedAgainConnectsAgain() throws Exception {
    alice.connect(bob, 1000, 5000);
    bob.stop();
    alice.expect(VsockOp.RST);
    bob.start();
    alice.connect(bob, 1000, 5000);
    bob.connect(alice, 1000, 5000);
  }

  @Test
  void aDriverThatBreaksARuleLosesItsConnections() throws Exception {
    alice.connect(bob, 1000, 5000);
    bob.live = false;
    bob.sender.kick();

    alice.expect(VsockOp.RST);
  }

  @Test
  void twoGuestsCannotHaveOneCid() {
    assertThatThrownBy(() -> new TestGuest(network, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vm4: CID 4 is that of vm4");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, 2, 0xffff_ffffL})
  void someCidsAreNoGuests(long cid) {
    assertThatThrownBy(() -> new TestGuest(network, cid))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
