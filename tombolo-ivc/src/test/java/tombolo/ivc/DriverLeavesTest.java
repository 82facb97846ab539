// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tombolo.ivc.ChannelDriver.Answer;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.memory.HostMemory;

/**
 * A guest clears Bus Master Enable of the IVC device, as Linux does for a process that has driven
 * it through {@code uio_pci_generic} and has ended: what was joined by the device is left, and the
 * VM runs on.
 *
 * <p>VM 1's driver leaves, VM 2 is its peer. Each publishes channels that the other may join.
 */
class DriverLeavesTest {
  private static final long KEY = 1;
  private static final long OTHER = 2;
  private static final long SIZE = 8 * HostMemory.PAGE_SIZE;
  private static final long COMMAND = 0x3000_0000L + (1 << 15) + 4;
  private static final int MEMORY = 2;
  private static final int MEMORY_AND_MASTER = 6;
  private static final int ENABLE = 0x2c;
  private static final int PENDING = 0x28;

  private final World world =
      new World(
          2,
          new Grant.Publish(1, KEY, OTHER, SIZE, null, null, DoorbellRate.DEFAULT),
          Grant.Subscribe.of(2, 1, KEY, true),
          Grant.Subscribe.of(2, 1, OTHER, true),
          Grant.Publish.of(2, KEY, SIZE, null),
          Grant.Subscribe.of(1, 2, KEY, true));
  private final AgentVm leaving = world.vm(1);
  private final DeviceDriver driver = new DeviceDriver(leaving);
  private final DeviceDriver peer = new DeviceDriver(world.vm(2));

  @AfterEach
  void close() {
    world.close();
  }

  private void driverLeaves() {
    leaving.store(COMMAND, 2, MEMORY);
  }

  private List<Event.Kind> peersEvents() {
    List<Event.Kind> kinds = new ArrayList<>();
    for (Event event = peer.nextEvent(); event != null; event = peer.nextEvent()) {
      kinds.add(event.kind());
    }
    return kinds;
  }

  @Test
  void itsChannelsAreOrphanedAndItsSubscriptionsEnd() {
    Answer published = driver.publish(KEY, SIZE);
    Answer joined = peer.subscribe(1, KEY);
    peer.publish(KEY, SIZE);
    Answer subscribed = driver.subscribe(2, KEY);
    leaving.store(published.gpa() + 64, 5);
    peersEvents();

    driverLeaves();

    assertThat(peersEvents()).containsExactlyInAnyOrder(Event.Kind.ORPHANED, Event.Kind.PEER_LEFT);
    assertThat(world.vm(2).load(joined.gpa() + 64)).hasValue(5);
    assertThat(leaving.load(published.gpa() + 64)).isEmpty();
    assertThat(leaving.load(subscribed.gpa() + 64)).isEmpty();
    assertThat(world.account(1).joined()).isZero();
    assertThat(world.reserved(1)).isZero();
  }

  @Test
  void theNextDriverFindsNothingOfIt() {
    driver.publish(KEY, SIZE);
    Answer joined = peer.subscribe(1, KEY);
    leaving.setRegister(ENABLE, 4, 3);
    peer.ring(joined, 1);

    driverLeaves();
    leaving.store(COMMAND, 2, MEMORY_AND_MASTER);

    assertThat(leaving.register(PENDING, 4)).isZero();
    assertThat(leaving.register(ENABLE, 4)).isZero();
    assertThat(driver.nextEvent()).isNull();
    Answer anew = driver.publish(KEY, SIZE);
    assertThat(anew.status()).isEqualTo(Status.DONE);
    assertThat(anew.handle()).as("handles are not used again").isEqualTo(2);
    assertThat(peer.subscribe(1, KEY).generation()).isEqualTo(anew.generation());
  }

  @Test
  void whatWasJoinedByHypercallStays() {
    Answer byCall = new HypercallDriver(leaving).publish(OTHER, SIZE);
    driver.publish(KEY, SIZE);

    driverLeaves();

    assertThat(world.account(1).joined()).isEqualTo(1);
    assertThat(leaving.store(byCall.gpa() + 64, 7)).isTrue();
  }

  @Test
  void onlyTheStoreThatClearsTheBitCounts() {
    leaving.store(COMMAND, 2, MEMORY);
    Answer published = driver.publish(KEY, SIZE);

    leaving.store(COMMAND, 2, MEMORY);
    leaving.store(COMMAND, 2, MEMORY_AND_MASTER);
    leaving.store(COMMAND, 2, MEMORY_AND_MASTER | 1 << 10);

    assertThat(leaving.store(published.gpa() + 64, 1)).isTrue();
  }
}
