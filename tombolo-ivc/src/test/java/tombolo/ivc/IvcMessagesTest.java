// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.ivc.IvcFixture.PAGE;
import static tombolo.ivc.IvcFixture.board;
import static tombolo.ivc.IvcFixture.events;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.pci.PciHost;

@DisplayName("The IVC device's messages (MSI-X)")
@Timeout(60)
final class IvcMessagesTest {
  private static final ChannelId ID = new ChannelId(1, 7);
  private static final long FUNCTION = 1 << 15;
  private static final long CONTROLLER = 0x2800_0000L;
  private static final int ENABLE = 0x2c;
  private static final int BELL = 0x24;
  private static final int BELLS = 1;

  private final IvcFixture ivc =
      new IvcFixture(
          IvcFixture.anyLayout(1, 7, 7, PAGE, DoorbellRate.DEFAULT),
          new Grant.Subscribe(2, 1, 7, 7, true, DoorbellRate.DEFAULT));
  private final VmEndpoint alice = ivc.vm(1);
  private final VmEndpoint bob = ivc.vm(2);
  private final VmChannel published = alice.publish(7, Shape.raw(PAGE));
  private final VmChannel bobs = bob.subscribe(ID);
  private final PciHost bridge = alice.vm().board().pci();
  private final List<Long> messages = new ArrayList<>();

  @BeforeEach
  void enableMessages() {
    events(alice);
    DeviceBus mmio = alice.vm().mmio();
    mmio.attach(
        CONTROLLER,
        4096,
        new MmioDevice() {
          @Override
          public String name() {
            return "controller";
          }

          @Override
          public long read(long offset, int size) {
            return 0;
          }

          @Override
          public void write(long offset, int size, long value) {
            messages.add(value);
          }

          @Override
          public boolean takesMessages() {
            return true;
          }
        });
    assertThat(bridge.read(FUNCTION + 0x40, 1)).as("MSI-X").isEqualTo(0x11);
    assertThat(bridge.read(FUNCTION + 0x44, 4) & 7).as("its BAR").isEqualTo(1);
    bridge.write(FUNCTION + 0x42, 2, 0x8000);
    MmioDevice table = requireNonNull(mmio.find(bridge.read(FUNCTION + 0x14, 4), 8)).device();
    table.write(0, 8, CONTROLLER);
    table.write(8, 8, 55);
  }

  @AfterEach
  void close() {
    ivc.close();
  }

  private MmioDevice registers() {
    return requireNonNull(alice.vm().mmio().find(bridge.read(FUNCTION + 0x10, 4), 4)).device();
  }

  private void bobRings() {
    bob.ring(bobs, Endpoint.EVERY_PEER);
  }

  private void aliceTakesTheBell() {
    assertThat(registers().read(BELL, 4)).isEqualTo(published.handle());
    assertThat(registers().read(BELL, 4)).isZero();
  }

  @Test
  void aBellIsOneMessageAndNoLine() {
    registers().write(ENABLE, 4, BELLS);
    bobRings();
    bobRings();
    assertThat(messages).containsExactly(55L);
    assertThat(board(alice).interrupted()).isFalse();
    aliceTakesTheBell();
    bobRings();
    assertThat(messages).containsExactly(55L, 55L);
  }

  @Test
  void whatIsNotEnabledSendsNothing() {
    bobRings();
    assertThat(messages).isEmpty();
  }

  @Test
  void enablingTellsOfWhatWaitsAndOfWhatWasLeft() {
    bobRings();
    registers().write(ENABLE, 4, BELLS);
    assertThat(messages).hasSize(1);
    registers().write(ENABLE, 4, BELLS);
    assertThat(messages).hasSize(2);
    aliceTakesTheBell();
    registers().write(ENABLE, 4, BELLS);
    assertThat(messages).hasSize(2);
  }
}
