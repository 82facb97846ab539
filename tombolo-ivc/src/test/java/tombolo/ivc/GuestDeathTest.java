// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tombolo.ivc.ChannelDriver.Answer;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.power.StopReason;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;

/**
 * A VM ends, in each way and in each state. What it had comes back, its peers are told, what they
 * map stays as it was, and where the VM runs again it can join again.
 *
 * <p>VM 1 dies, VM 2 is its peer. Each publishes a channel that the other may join.
 */
class GuestDeathTest {
  private static final long KEY = 1;
  private static final long SIZE = 8 * HostMemory.PAGE_SIZE;
  private static final long BROKEN_DEVICE = 0x0a00_0000L;

  /** What a VM is doing when it ends. */
  enum Doing {
    NOTHING,
    PUBLISHED,
    SUBSCRIBED,
    BOTH_WITH_BELLS_AND_EVENTS,
    ASLEEP,
    PUBLISHED_BY_HYPERCALL
  }

  /** How it ends. */
  enum End {
    POWERS_OFF,
    FAILS,
    STOPPED,
    RESET,
    SUSPENDED_AND_RESET,
    VCPU_THREAD_FAILS,
    CLOSED
  }

  static Stream<Arguments> all() {
    List<Arguments> all = new ArrayList<>();
    for (Doing doing : Doing.values()) {
      for (End end : End.values()) {
        // A guest that sleeps takes no command.
        boolean byGuest =
            EnumSet.of(End.POWERS_OFF, End.FAILS, End.VCPU_THREAD_FAILS).contains(end);
        if (doing != Doing.ASLEEP || !byGuest) {
          all.add(Arguments.of(doing, end));
        }
      }
    }
    return all.stream();
  }

  private static final class BrokenDevice implements MmioDevice {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public long read(long offset, int size) {
      throw new IllegalStateException("broken on purpose");
    }

    @Override
    public void write(long offset, int size, long value) {
      throw new IllegalStateException("broken on purpose");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatItHadComesBackAndItsPeersAreTold(Doing doing, End end) throws Exception {
    long memories = HostMemory.liveCount();
    try (World world =
        new World(
            2,
            Grant.Publish.of(1, KEY, SIZE, null),
            Grant.Subscribe.of(2, 1, KEY, true),
            Grant.Publish.of(2, KEY, SIZE, null),
            Grant.Subscribe.of(1, 2, KEY, true))) {
      AgentVm dying = world.vm(1);
      AgentVm peer = world.vm(2);
      dying.vm.mmio().attach(BROKEN_DEVICE, 4096, new BrokenDevice());
      List<MemoryRegion> regions = dying.vm.memory().regions();
      DeviceDriver peers = new DeviceDriver(peer);

      Answer peersOwn = peers.publish(KEY, SIZE);
      Answer joined = prepare(doing, dying, peers);
      end(end, dying);

      // Told by now: a run is over when everything was given back.
      if (joined.status() == Status.DONE) {
        Event told = await(peers, Event.Kind.ORPHANED);
        assertThat(told.handle()).isEqualTo(joined.handle());
        assertThat(peer.checksum(joined.gpa(), SIZE)).hasValue(AgentVm.checksumOfFill(SIZE, 77));
        assertThat(peers.ring(joined, 1)).isEqualTo(Status.NOT_A_PEER);
        assertThat(peers.lookUp(1, KEY).state()).isEqualTo(ChannelState.ORPHANED.code());
      }
      if (doing == Doing.SUBSCRIBED || doing == Doing.BOTH_WITH_BELLS_AND_EVENTS) {
        assertThat(await(peers, Event.Kind.PEER_LEFT).peer()).isEqualTo(1);
        assertThat(peers.ring(peersOwn, 1)).isEqualTo(Status.NOT_A_PEER);
      }
      assertThat(world.account(1).joined()).isZero();
      assertThat(world.reserved(1)).isZero();
      if (end != End.CLOSED) {
        assertThat(dying.vm.memory().regions()).isEqualTo(regions);
        rejoins(world, dying, peers, joined);
      }
      // Nothing is left but the peer's own channel.
      if (joined.status() == Status.DONE) {
        assertThat(peers.unsubscribe(joined)).isEqualTo(Status.DONE);
      }
      dying.close();
      assertThat(world.account(1).publishedBytes()).isZero();
      assertThat(world.directory.snapshot().channels()).hasSize(1);
    }
    assertThat(HostMemory.liveCount()).isEqualTo(memories);
  }

  /** What the peer has joined of the VM that will die; a refusal where it has not. */
  private static Answer prepare(Doing doing, AgentVm dying, DeviceDriver peers) {
    DeviceDriver device = new DeviceDriver(dying);
    Answer made = Answer.of(Status.NO_SUCH_CHANNEL);
    switch (doing) {
      case NOTHING -> {}
      case PUBLISHED -> made = device.publish(KEY, SIZE);
      case SUBSCRIBED -> device.subscribe(2, KEY);
      case BOTH_WITH_BELLS_AND_EVENTS, ASLEEP -> {
        made = device.publish(KEY, SIZE);
        device.subscribe(2, KEY);
      }
      case PUBLISHED_BY_HYPERCALL -> made = new HypercallDriver(dying).publish(KEY, SIZE);
    }
    if (made.status() != Status.DONE) {
      return made;
    }
    Answer joined = peers.subscribe(1, KEY);
    assertThat(joined.status()).isEqualTo(Status.DONE);
    dying.fill(made.gpa(), SIZE, 77);
    if (doing == Doing.ASLEEP) {
      dying.setRegister(0x2c, 4, 3);
      dying
          .command(AgentVm.WAIT)
          .field(AgentVm.HANDLE_FIELD, made.handle())
          .with(AgentVm.TICKS, 600_000_000)
          .start();
    } else {
      peers.ring(joined, 1);
    }
    return joined;
  }

  private static void end(End end, AgentVm vm) throws Exception {
    switch (end) {
      case POWERS_OFF -> assertThat(vm.exit(0)).isEqualTo(new StopReason.PowerOff());
      case FAILS -> assertThat(vm.exit(9)).isEqualTo(new StopReason.GuestFailure(9));
      case STOPPED -> vm.vm.stop();
      case RESET -> vm.vm.reset();
      case SUSPENDED_AND_RESET -> {
        vm.vm.suspend();
        vm.vm.reset();
      }
      case VCPU_THREAD_FAILS -> {
        vm.startLoad(BROKEN_DEVICE);
        assertThat(vm.awaitStop()).isInstanceOf(StopReason.InternalFailure.class);
      }
      case CLOSED -> vm.vm.close();
    }
  }

  private static Event await(DeviceDriver peers, Event.Kind kind) {
    while (true) {
      Event event = requireNonNull(peers.nextEvent(), () -> "no event: " + kind);
      if (event.kind() == kind) {
        return event;
      }
    }
  }

  private static void rejoins(World world, AgentVm vm, DeviceDriver peers, Answer old) {
    if (vm.vm.stopReason().isPresent()) {
      vm.boot();
    } else {
      vm.restarted();
    }
    vm.awaitReady();
    DeviceDriver anew = new DeviceDriver(vm);
    assertThat(anew.nextEvent()).isNull();
    assertThat(vm.register(0x28, 4)).as("PENDING").isZero();
    assertThat(vm.register(0x2c, 4)).as("ENABLE").isZero();
    Answer made = anew.publish(KEY, SIZE);
    assertThat(made.handle()).isEqualTo(1);
    Answer joined = peers.subscribe(1, KEY);
    assertThat(joined.generation()).isEqualTo(made.generation()).isGreaterThan(old.generation());
    vm.store(made.gpa() + 64, 5);
    assertThat(world.vm(2).load(joined.gpa() + 64)).hasValue(5);
    if (old.status() == Status.DONE) {
      assertThat(world.vm(2).load(old.gpa() + 64)).hasValue(77 + 8);
    }
    assertThat(peers.ring(joined, 1)).isEqualTo(Status.DONE);
    assertThat(anew.awaitBell(made)).isTrue();
    assertThat(anew.unpublish(made)).isEqualTo(Status.DONE);
    assertThat(peers.unsubscribe(joined)).isEqualTo(Status.DONE);
  }
}
