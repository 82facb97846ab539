// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static tombolo.machine.virtio.NetworkLab.CSUM;
import static tombolo.machine.virtio.NetworkLab.GUEST_CSUM;
import static tombolo.machine.virtio.NetworkLab.HEADER;
import static tombolo.machine.virtio.NetworkLab.MRG_RXBUF;
import static tombolo.machine.virtio.NetworkLab.OFFLOADS;
import static tombolo.machine.virtio.NetworkLab.address;
import static tombolo.machine.virtio.NetworkLab.frame;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.OrderedHost;
import tombolo.machine.net.MacAddress;
import tombolo.machine.net.NetworkDevice;
import tombolo.machine.net.NetworkSwitch;
import tombolo.machine.state.SavedState;

/** Network devices at a switch, as their drivers see them. */
final class NetworkDeviceTest {
  private static final int TEN_KIB = 10 << 10;
  private static final long SECOND = 1_000_000_000L;

  private final OrderedHost host = new OrderedHost();
  private final NetworkLab lab = new NetworkLab(host.services(), 4);

  @AfterEach
  void close() {
    lab.close();
  }

  private void send(int from, int head, int to, int... payload) {
    byte[] bytes = new byte[payload.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) payload[i];
    }
    lab.send(from, head, to, bytes);
    host.run();
  }

  private void give(int guest, int... indices) {
    for (int index : indices) {
      lab.give(guest, index, 2048);
    }
    host.run();
  }

  @Test
  void itSaysItsAddressAndThatTheCableIsIn() {
    TestDriver driver = lab.guest(2);
    byte[] config = new byte[12];
    for (int i = 0; i < config.length; i++) {
      config[i] = (byte) driver.function.read(0x2000 + i, 1);
    }
    assertThat(Arrays.copyOf(config, 6)).isEqualTo(address(2).octets());
    assertThat(config[6]).as("status: link up").isEqualTo((byte) 1);
    assertThat(address(2)).hasToString("02:54:4d:01:00:03");
  }

  @Test
  void aFrameGoesToTheGuestWhoseAddressItNamesAndToNobodyElse() {
    lab.startAll(0);
    give(1, 0);
    give(2, 0);
    send(0, 0, 1, 7, 8, 9);

    assertThat(lab.takeFrame(1))
        .isEqualTo(frame(address(1), address(0), (byte) 7, (byte) 8, (byte) 9));
    assertThat(lab.received(2)).isZero();
    assertThat(lab.sent(0)).isEqualTo(1);
    assertThat(lab.statistics(0).sent()).isEqualTo(1);
    assertThat(lab.statistics(1).received()).isEqualTo(1);
  }

  @Test
  void aFrameToAGroupGoesToAllOthersThatHaveRoom() {
    lab.startAll(0);
    give(0, 0);
    give(1, 0);
    give(2, 0);
    byte[] hello = NetworkLab.broadcast(address(0), (byte) 5);
    lab.transmit(0, 0, new byte[HEADER], hello);
    host.run();

    assertThat(lab.takeFrame(1)).isEqualTo(hello);
    assertThat(lab.takeFrame(2)).isEqualTo(hello);
    assertThat(lab.received(0)).as("its own").isZero();
    assertThat(lab.sent(0)).isEqualTo(1);
    assertThat(lab.statistics(3).noRoom()).isEqualTo(1);
  }

  @Test
  void aFrameInAnotherGuestsNameIsDroppedAndCounted() {
    lab.startAll(0);
    give(1, 0);
    lab.transmit(0, 0, new byte[HEADER], frame(address(1), address(2), (byte) 1));
    lab.transmit(0, 1, new byte[HEADER], frame(address(1), MacAddress.parse("02:00:00:00:00:77")));
    host.run();

    assertThat(lab.received(1)).isZero();
    assertThat(lab.sent(0)).as("given back").isEqualTo(2);
    assertThat(lab.statistics(0).forged()).isEqualTo(2);
    send(0, 2, 1, 4);
    assertThat(lab.received(1)).isEqualTo(1);
  }

  @Test
  void aFrameToNobodyIsDroppedAndFloodsNobody() {
    lab.startAll(0);
    give(1, 0);
    send(0, 0, 77, 1);
    send(0, 1, 0, 1);

    assertThat(lab.received(1)).isZero();
    assertThat(lab.sent(0)).isEqualTo(2);
    assertThat(lab.statistics(0).nowhere()).isEqualTo(2);
  }

  @Test
  void aFrameThatIsNoneIsDroppedAndCounted() {
    lab.startAll(0);
    give(1, 0);
    lab.transmit(0, 0, new byte[HEADER], new byte[13]);
    lab.transmit(0, 1, new byte[3], new byte[0]);
    host.run();
    lab.transmit(0, 0, new byte[HEADER], Arrays.copyOf(frame(address(1), address(0)), 65_555));
    host.run();

    assertThat(lab.received(1)).isZero();
    assertThat(lab.sent(0)).isEqualTo(3);
    assertThat(lab.statistics(0).malformed()).isEqualTo(3);
    assertThat(lab.guest(0).status()).isEqualTo(0xf);
  }

  @Test
  void whatWasNotNegotiatedIsDropped() {
    lab.startAll(0);
    give(1, 0);
    lab.transmit(0, 0, NetworkLab.header(34, 6, 0, 0), new byte[100]);
    lab.transmit(0, 1, NetworkLab.header(34, 16, 1, 1000), new byte[100]);
    host.run();

    assertThat(lab.statistics(0).malformed()).isEqualTo(2);
    assertThat(lab.received(1)).isZero();
  }

  @Test
  void aFrameTakesAsManyBuffersAsItNeeds() {
    lab.startAll(MRG_RXBUF);
    give(1, 0, 1, 2);
    byte[] payload = new byte[5000];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (i * 7);
    }
    lab.send(0, 0, 1, payload);
    host.run();

    assertThat(lab.received(1)).isEqualTo(3);
    assertThat(lab.takeFrame(1)).isEqualTo(frame(address(1), address(0), payload));
  }

  @Test
  void aFrameThatFindsHalfOfItsRoomWaitsForTheRest() {
    lab.startAll(MRG_RXBUF);
    give(1, 0, 1);
    lab.send(0, 0, 1, new byte[5000]);
    host.run();
    assertThat(lab.received(1)).isZero();
    assertThat(lab.sent(0)).isZero();

    give(1, 2);

    assertThat(lab.received(1)).isEqualTo(3);
    assertThat(lab.sent(0)).isEqualTo(1);
  }

  @Test
  void aFrameThatFitsIntoNoBufferIsDroppedAndTheBufferIsKept() {
    lab.startAll(0);
    give(1, 0);
    lab.send(0, 0, 1, new byte[5000]);
    host.run();
    assertThat(lab.sent(0)).isEqualTo(1);
    assertThat(lab.statistics(1).noRoom()).isEqualTo(1);

    send(0, 1, 1, 3);
    assertThat(lab.takeFrame(1)).isEqualTo(frame(address(1), address(0), (byte) 3));
  }

  @Test
  void aFrameWaitsForRoomAndThoseBehindItStayBehind() {
    lab.startAll(0);
    send(0, 0, 1, 1);
    send(0, 1, 1, 2); // a ring of 16: one may wait for a receiver
    assertThat(lab.sent(0)).isEqualTo(1);
    assertThat(lab.statistics(1).noRoom()).isEqualTo(1);

    give(1, 0, 1);

    assertThat(lab.takeFrame(1)[14]).isEqualTo((byte) 1);
    assertThat(lab.received(1)).isEqualTo(1);
    assertThat(lab.sent(0)).isEqualTo(2);
    send(0, 2, 1, 3);
    assertThat(lab.takeFrame(1)[14]).isEqualTo((byte) 3);
  }

  @Test
  void aGuestThatTakesNothingHoldsUpNobodyElse() {
    lab.startAll(0);
    give(2, 0, 1, 2);
    for (int i = 0; i < 5; i++) {
      send(0, i, 1, 1);
    }
    send(0, 5, 2, 9);
    send(3, 0, 1, 1);
    send(3, 1, 2, 8);

    assertThat(lab.takeFrame(2)[14]).isEqualTo((byte) 9);
    assertThat(lab.takeFrame(2)[14]).isEqualTo((byte) 8);
    assertThat(lab.sent(0)).as("all but the one that waits").isEqualTo(5);
    assertThat(lab.statistics(1).noRoom()).isEqualTo(4);
  }

  @Test
  void nobodyWaitsForAGuestThatHasTakenNothingForASecond() {
    lab.startAll(0);
    send(0, 0, 1, 1);
    host.elapse(SECOND - 1);
    host.run();
    assertThat(lab.sent(0)).isZero();
    host.elapse(1);
    host.run();
    assertThat(lab.sent(0)).isEqualTo(1);
    assertThat(lab.statistics(1).noRoom()).isEqualTo(1);

    send(0, 1, 1, 2);
    assertThat(lab.sent(0)).as("dropped at once").isEqualTo(2);
    give(1, 0);
    send(0, 2, 1, 3);
    assertThat(lab.takeFrame(1)[14]).isEqualTo((byte) 3);
    send(0, 3, 1, 4);
    assertThat(lab.sent(0)).as("it waits again").isEqualTo(3);
  }

  @Test
  void aSmallReceiveBufferBreaksTheDevice() {
    lab.startAll(MRG_RXBUF);
    lab.give(1, 0, HEADER - 1);
    send(0, 0, 1, 1);

    assertThat(lab.guest(1).status() & TestDriver.NEEDS_RESET).isNotZero();
    assertThat(lab.sent(0)).isEqualTo(1);
    lab.guest(1).start(0);
    give(1, 0);
    send(0, 1, 1, 2);
    assertThat(lab.takeFrame(1)[14]).isEqualTo((byte) 2);
  }

  @Test
  void aResetForgetsBuffersAndFrames() {
    lab.startAll(0);
    send(0, 0, 1, 1);
    lab.guest(0).start(0);
    give(1, 0);
    assertThat(lab.received(1)).as("a frame of the life before").isZero();

    lab.guest(1).start(0);
    send(0, 0, 1, 2);
    assertThat(lab.received(1)).as("a buffer of the life before").isZero();
    give(1, 0);
    assertThat(lab.takeFrame(1)[14]).isEqualTo((byte) 2);
  }

  @Test
  void aGuestWithoutADriverReceivesNothingAndNobodyWaitsForIt() {
    lab.guest(0).start(0);
    send(0, 0, 1, 1);
    assertThat(lab.sent(0)).isEqualTo(1);
    assertThat(lab.statistics(1).noRoom()).isEqualTo(1);
  }

  @Test
  void anAddressIsGivenOnce() {
    HostServices services = host.services();
    NetworkSwitch network = lab.network;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NetworkDevice("net0", network, address(1), "eve", services))
        .withMessage("eve: the address 02:54:4d:01:00:02 is that of vm1");
  }

  @Test
  void aChecksumIsLeftToAReceiverThatKnowsPartialOnes() {
    lab.guest(0).start(CSUM);
    lab.guest(1).start(GUEST_CSUM);
    give(1, 0);
    byte[] sent = frame(address(1), address(0), new byte[60]);
    lab.transmit(0, 0, NetworkLab.header(34, 6, 0, 0), sent);
    host.run();

    byte[] taken = lab.take(1);
    assertThat(Arrays.copyOf(taken, HEADER)).containsExactly(1, 0, 0, 0, 0, 0, 34, 0, 6, 0, 1, 0);
    assertThat(Arrays.copyOfRange(taken, HEADER, taken.length)).isEqualTo(sent);
  }

  @Test
  void aChecksumIsCompletedForAReceiverThatKnowsNoPartialOnes() {
    lab.guest(0).start(CSUM);
    lab.guest(1).start(0);
    give(1, 0);
    byte[] sent = frame(address(1), address(0), new byte[60]);
    sent[34] = 0x12; // what the checksum is of: 0x1234 and the partial sum, 0xf000
    sent[35] = 0x34;
    sent[40] = (byte) 0xf0;
    lab.transmit(0, 0, NetworkLab.header(34, 6, 0, 0), sent);
    host.run();

    byte[] taken = lab.take(1);
    assertThat(Arrays.copyOf(taken, HEADER)).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0);
    sent[40] = (byte) 0xfd; // ~(0x1234 + 0xf000) = ~0x0235
    sent[41] = (byte) 0xca;
    assertThat(Arrays.copyOfRange(taken, HEADER, taken.length)).isEqualTo(sent);
  }

  @Test
  void aLargeFrameIsLeftWholeForAReceiverThatTakesIt() {
    lab.startAll(OFFLOADS | MRG_RXBUF);
    for (int i = 0; i < 16; i++) {
      lab.give(1, i, TEN_KIB);
    }
    byte[] large = TcpFrame.ipv4(address(1), address(0), 60_000);
    lab.transmit(0, 0, NetworkLab.header(34, 16, 1, 1448), large);
    host.run();

    byte[] taken = lab.take(1);
    assertThat(Arrays.copyOf(taken, HEADER))
        .containsExactly(1, 1, 54, 0, (byte) 1448, 1448 >> 8, 34, 0, 16, 0, 6, 0);
    assertThat(Arrays.copyOfRange(taken, HEADER, taken.length)).isEqualTo(large);
  }

  @Test
  void aLargeFrameIsSegmentedForAReceiverThatDoesNotTakeIt() {
    lab.guest(0).start(OFFLOADS);
    lab.guest(1).start(GUEST_CSUM | NetworkLab.GUEST_TSO6);
    lab.guest(2).start(NetworkLab.GUEST_TSO4); // worth nothing without GUEST_CSUM
    for (int to = 1; to <= 2; to++) {
      give(to, 0, 1, 2, 3);
      byte[] large = TcpFrame.ipv4(address(to), address(0), 3000);
      lab.transmit(0, 0, NetworkLab.header(34, 16, 1, 1400), large);
      host.run();

      assertThat(lab.received(to)).isEqualTo(3);
      for (int at : new int[] {0, 1400, 2800}) {
        byte[] taken = lab.take(to);
        assertThat(taken[0]).as("flags").isEqualTo((byte) (to == 1 ? 1 : 0));
        assertThat(taken[1]).as("type").isZero();
        byte[] segment = Arrays.copyOfRange(taken, HEADER, taken.length);
        assertThat(segment).hasSize(54 + Math.min(1400, 3000 - at));
        TcpFrame.assertSegment(segment, large, at, to == 1);
      }
    }
  }

  @Test
  void aPausedDeviceLeavesTheGuestsMemoryAlone() {
    lab.startAll(0);
    give(1, 0);
    lab.guest(1).bridge.pause();
    send(0, 0, 1, 1);
    assertThat(lab.received(1)).isZero();
    lab.guest(1).bridge.resume();
    host.run();
    assertThat(lab.takeFrame(1)[14]).isEqualTo((byte) 1);
  }

  @Test
  void aFrameThatWaitsAndBuffersThatWereTakenAreSavedAndRestored() {
    lab.startAll(MRG_RXBUF);
    give(1, 0, 1);
    lab.send(0, 0, 1, new byte[5000]);
    host.run();
    lab.pause();
    byte[] state = SavedState.of(lab);

    OrderedHost other = new OrderedHost();
    try (NetworkLab restored = new NetworkLab(other.services(), 4)) {
      restored.pause();
      restored.copyOf(lab);
      SavedState.restore(state, restored);
      restored.resume();
      other.run();
      assertThat(restored.received(1)).isZero();
      restored.give(1, 2, 2048);
      other.run();

      assertThat(restored.takeFrame(1)).hasSize(5014);
      assertThat(restored.sent(0)).isEqualTo(1);
    }
  }

  @Test
  void onlyWholeStateIsTaken() {
    lab.startAll(MRG_RXBUF);
    give(1, 0, 1);
    lab.send(0, 0, 1, new byte[5000]);
    host.run();
    lab.pause();
    SavedState.assertOnlyWholeStateIsTaken(
        SavedState.of(lab),
        () -> {
          NetworkLab fresh = new NetworkLab(new OrderedHost().services(), 4);
          fresh.pause();
          fresh.copyOf(lab);
          return fresh;
        },
        3);
  }
}
