// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tombolo.ivc.IvcFixture.PAGE;
import static tombolo.ivc.IvcFixture.events;
import static tombolo.ivc.IvcFixture.refusal;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.Vm;
import tombolo.machine.host.HostServices;
import tombolo.memory.HostMemory;

/** A refusal leaves nothing behind: no count, no memory, no number that is used up. */
@DisplayName("An operation that is refused")
final class OrderOfChecksTest {
  private static final ChannelId ID = new ChannelId(1, 1);

  private boolean noMemory;
  private final IvcFixture ivc =
      new IvcFixture(
          new Directory(
              Grants.of(
                  IvcFixture.anyLayout(1, 1, 9, 1 << 20, null),
                  new Grant.Subscribe(2, 1, 1, 9, true, null)),
              HostServices.system(),
              new MemoryPool(16 * PAGE, this::memory)));
  private final VmEndpoint alice = ivc.vm(1);
  private final VmEndpoint bob = ivc.vm(2);

  private HostMemory memory(long size) {
    return HostMemory.allocate(noMemory ? 1L << 60 : size);
  }

  @AfterEach
  void close() {
    ivc.close();
  }

  private void assertNothingIsLeftOf(Endpoint endpoint) {
    assertThat(endpoint.account.channels()).isZero();
    assertThat(endpoint.account.bytes()).isZero();
    assertThat(endpoint.membership.all()).isEmpty();
    assertThat(ivc.directory.channels.pool.blocks()).isZero();
    assertThat(ivc.directory.channels.all()).isEmpty();
    assertThat(ivc.directory.channels.lastGeneration()).isZero();
  }

  @Test
  void countsAndAllocatesNothingWhereAllHandlesOfARunAreUsedUp() {
    alice.membership.lastHandle(Integer.MAX_VALUE);
    for (int i = 0; i < 3; i++) {
      assertThat(refusal(() -> alice.publish(1, Shape.raw(PAGE))))
          .isEqualTo(Status.TOO_MANY_CHANNELS);
      assertNothingIsLeftOf(alice);
    }
    alice.leaveAll(); // the next run
    assertThat(alice.publish(1, Shape.raw(PAGE)).handle()).isEqualTo(1);

    bob.membership.lastHandle(Integer.MAX_VALUE);
    assertThat(refusal(() -> bob.subscribe(ID))).isEqualTo(Status.TOO_MANY_CHANNELS);
    alice.leaveAll();
    assertThat(ivc.directory.channels.all()).isEmpty();
  }

  @Test
  void usesUpNoHandleAndNoGenerationWhereTheWindowIsFull() {
    for (int i = 0; i < 3; i++) {
      assertThat(refusal(() -> alice.publish(1, Shape.raw(64 * PAGE))))
          .isEqualTo(Status.WINDOW_FULL);
      assertNothingIsLeftOf(alice);
    }
    VmChannel made = alice.publish(1, Shape.raw(PAGE));
    assertThat(made.handle()).isEqualTo(1);
    assertThat(made.generation()).isEqualTo(1);
  }

  @Test
  void usesUpNothingWhereTheHostHasNoMemory() {
    noMemory = true;
    assertThat(refusal(() -> alice.publish(1, Shape.raw(PAGE)))).isEqualTo(Status.NO_MEMORY);
    assertNothingIsLeftOf(alice);
    noMemory = false;
    assertThat(alice.publish(1, Shape.raw(PAGE)).generation()).isEqualTo(1);
  }

  @Test
  void isHeardOfByNobodyWhereTheGuestCanNotBeTold() {
    bob.watch(ID);
    assertThat(refusal(() -> alice.publish(1, () -> Shape.raw(PAGE), true, _ -> false)))
        .isEqualTo(Status.BAD_ADDRESS);
    assertThat(events(bob)).isEmpty();
    assertNothingIsLeftOf(alice);
    assertThat(alice.window().reservedBytes()).isZero();

    VmChannel made = alice.publish(1, Shape.raw(PAGE));
    events(bob);
    int changes = made.changes();
    assertThat(refusal(() -> bob.subscribe(ID, true, _ -> false))).isEqualTo(Status.BAD_ADDRESS);
    assertThat(events(alice)).isEmpty();
    assertThat(made.changes()).isEqualTo(changes);
    assertThat(bob.window().reservedBytes()).isZero();
  }

  @Test
  void leavesTheIdFreeWhereAVmHasNoRoomForTheDevice() {
    try (Vm vm = IvcFixture.newVm("twice", IvcFixture.WINDOW)) {
      ivc.directory.join(vm, 5, Quota.DEFAULT, GuestFrontEnds.ALL);
      assertThatThrownBy(() -> ivc.directory.join(vm, 6, Quota.DEFAULT, GuestFrontEnds.ALL))
          .isInstanceOf(RuntimeException.class);
      assertThat(ivc.directory.endpoint(6)).isNull();
      ivc.host(6);
    }
  }
}
