// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.ivc.IvcFixture.PAGE;
import static tombolo.ivc.IvcFixture.kinds;
import static tombolo.ivc.IvcFixture.refusal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.machine.host.HostServices;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;
import tombolo.memory.TranslationCache;

/**
 * One VM's vCPUs do not leave guest code, or memory takes for ever to become zero: no other
 * endpoint waits for that, and nobody gets what is still in use.
 */
@DisplayName("While an endpoint waits for its vCPUs or for zeroing")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DirectoryLockTest {
  private static final ChannelId ALICES = new ChannelId(1, 1);
  private static final ChannelId CAROLS = new ChannelId(3, 3);
  private static final Shape SECTIONED = Shape.sectioned(PAGE, 1, PAGE);

  /** A place where a thread stops until the test lets it go on. */
  private static final class Gate {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile boolean closed;

    /** Stops who comes from now on. */
    void close() {
      closed = true;
    }

    void pass() {
      if (closed) {
        reached.countDown();
        await(open);
      }
    }

    void awaitReached() {
      await(reached);
    }

    void open() {
      closed = false;
      open.countDown();
    }

    private static void await(CountDownLatch latch) {
      try {
        assertThat(latch.await(50, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private final Gate gate = new Gate();

  /** The vCPU of a VM that stays in guest code as long as the gate is closed. */
  private final TranslationCache busyVcpu =
      new TranslationCache() {
        @Override
        public void requestDrop(long gpa, long size) {
          // It notices at the next backward jump.
        }

        @Override
        public void awaitDropped() {
          gate.pass();
        }
      };

  private final List<MemorySegment> zeroed = new ArrayList<>();
  private Consumer<MemorySegment> zeroing = memory -> memory.fill((byte) 0);
  private final IvcFixture ivc =
      new IvcFixture(
          new Directory(
              Grants.of(
                  IvcFixture.anyLayout(1, 1, 9, 1 << 20, null),
                  IvcFixture.anyLayout(2, 1, 9, 1 << 20, null),
                  IvcFixture.anyLayout(3, 1, 9, 1 << 20, null),
                  new Grant.Subscribe(2, 1, 1, 9, true, null),
                  new Grant.Subscribe(3, 1, 1, 9, true, null),
                  new Grant.Subscribe(2, 3, 1, 9, true, null)),
              HostServices.system(),
              new MemoryPool(16 * PAGE, HostMemory::allocate, memory -> zeroing.accept(memory))));
  private final HostEndpoint alice = ivc.host(1);
  private final VmEndpoint bob = ivc.vm(2);
  private final VmEndpoint carol = ivc.vm(3);
  private final List<CompletableFuture<?>> threads = new ArrayList<>();

  @AfterEach
  void close() {
    gate.open();
    threads.forEach(CompletableFuture::join);
    ivc.close();
  }

  /** Has another thread do something that the gate stops, and returns when it has got there. */
  private CompletableFuture<Void> stopped(Runnable operation) {
    gate.close();
    CompletableFuture<Void> thread = CompletableFuture.runAsync(operation);
    threads.add(thread.exceptionally(e -> null));
    gate.awaitReached();
    assertThat(thread).isNotDone();
    return thread;
  }

  private void zeroesAtTheGate() {
    zeroing =
        memory -> {
          gate.pass();
          memory.fill((byte) 0);
          zeroed.add(memory);
        };
  }

  /** All that others do; it would not return if they had to wait. */
  private void othersGoOn() {
    VmChannel own = carol.publish(7, Shape.raw(PAGE));
    HostChannel alices = alice.publish(8, SECTIONED);
    VmChannel joined = carol.subscribe(new ChannelId(1, 8));
    assertThat(carol.lookUp(new ChannelId(1, 8)).handle()).isEqualTo(joined.handle());
    assertThat(carol.list(0).element()).isNotNull();
    assertThat(alice.peers(alices, 0).element()).isNotNull();
    carol.watch(new ChannelId(1, 9));
    carol.unsubscribe(joined);
    carol.unpublish(own);
    alices.close();
    assertThat(ivc.directory.snapshot().endpoints()).hasSize(3);
    assertThat(ivc.directory.endpoint(2)).isSameAs(bob);
    carol.leaveAll();
    bob.list(0); // even the endpoint's own looks
  }

  @Test
  void nobodyElseWaitsForTheEndOfAnUnmapping() {
    bob.vm().memory().register(busyVcpu);
    VmChannel channel = bob.publish(1, Shape.raw(PAGE));
    CompletableFuture<Void> leaving = stopped(() -> bob.unpublish(channel));
    othersGoOn();
    gate.open();
    leaving.join();
  }

  @Test
  void nobodyElseWaitsForTheEndOfARun() {
    bob.vm().memory().register(busyVcpu);
    alice.publish(1, Shape.raw(PAGE));
    bob.subscribe(ALICES);
    bob.publish(1, Shape.raw(PAGE));
    CompletableFuture<Void> ending = stopped(bob::leaveAll);
    othersGoOn();
    gate.open();
    ending.join();
    assertThat(bob.membership.all()).isEmpty();
  }

  @Test
  void nobodyElseWaitsForAWindowThatIsMoved() {
    bob.vm().memory().register(busyVcpu);
    bob.publish(1, Shape.raw(PAGE));
    long base = bob.window().base().orElseThrow();
    CompletableFuture<Void> moving = stopped(() -> bob.window().remove(base));
    othersGoOn();
    gate.open();
    moving.join();
    assertThat(bob.window().place(base)).isTrue();
  }

  @Test
  void nobodyElseWaitsForTheZeroingOfAChannel() {
    HostChannel channel = alice.publish(1, Shape.raw(PAGE));
    VmChannel joined = bob.subscribe(ALICES);
    channel.close();
    zeroesAtTheGate();
    CompletableFuture<Void> leaving = stopped(() -> bob.unsubscribe(joined));

    assertThat(alice.account.bytes()).as("it still counts").isEqualTo(PAGE);
    assertThat(ivc.directory.snapshot().heldBytes()).isEqualTo(PAGE);
    zeroing = memory -> memory.fill((byte) 0);
    HostChannel next = alice.publish(1, Shape.raw(PAGE));
    assertThat(next.channel.memory.place()).isNotEqualTo(channel.channel.memory.place());
    othersGoOn();
    gate.open();
    leaving.join();
    next.close();
    assertThat(zeroed).hasSize(1);
    assertThat(alice.account.bytes()).isZero();
    assertThat(ivc.directory.snapshot().heldBytes()).isZero();
  }

  @Test
  void nobodyLooksIntoMemoryThatHasGoneBackToTheHost() {
    HostChannel channel = alice.publish(1, Shape.raw(4 * PAGE)); // a piece of its own
    channel.close();
    assertThat(channel.channel.ring()).isEmpty();
  }

  @Test
  void nobodyElseWaitsForTheZeroingOfASection() {
    HostChannel channel = alice.publish(1, SECTIONED);
    VmChannel first = bob.subscribe(ALICES);
    channel.channel.section(1).set(JAVA_BYTE, 0, (byte) 1);
    bob.unsubscribe(first);
    zeroesAtTheGate();
    CompletableFuture<Void> joining = stopped(() -> bob.subscribe(ALICES));

    assertThat(channel.sectionOwner(1)).as("as others see it").isZero();
    assertThat(refusal(() -> carol.subscribe(ALICES))).isEqualTo(Status.NO_SECTION);
    zeroing = memory -> memory.fill((byte) 0);
    othersGoOn();
    gate.open();
    joining.join();
    assertThat(channel.sectionOwner(1)).isEqualTo(2);
    assertThat(channel.channel.section(1).get(JAVA_BYTE, 0)).isZero();
  }

  @Test
  void whoStillReachesASectionKeepsItAndIsNotSaidToHaveLeft() {
    bob.vm().memory().register(busyVcpu);
    HostChannel channel = alice.publish(1, SECTIONED);
    VmChannel joined = bob.subscribe(ALICES);
    assertThat(kinds(alice)).containsExactly(Event.Kind.PEER_JOINED);
    int changes = channel.changes();
    CompletableFuture<Void> leaving = stopped(() -> bob.unsubscribe(joined));

    assertThat(channel.sectionOwner(1)).isEqualTo(2);
    assertThat(kinds(alice)).isEmpty();
    assertThat(channel.changes()).isEqualTo(changes);
    assertThat(refusal(() -> carol.subscribe(ALICES))).isEqualTo(Status.NO_SECTION);
    assertThat(refusal(() -> bob.ring(joined, Endpoint.EVERY_PEER))).isNotNull();
    gate.open();
    leaving.join();
    assertThat(channel.sectionOwner(1)).isZero();
    assertThat(kinds(alice)).containsExactly(Event.Kind.PEER_LEFT);
    carol.subscribe(ALICES);
  }

  @Test
  void memoryThatALeaverStillReachesOutlivesThePublisher() {
    bob.vm().memory().register(busyVcpu);
    HostChannel channel = alice.publish(1, Shape.raw(PAGE));
    VmChannel joined = bob.subscribe(ALICES);
    CompletableFuture<Void> leaving = stopped(() -> bob.unsubscribe(joined));
    channel.close();

    assertThat(ivc.directory.channels.pool.blocks()).isEqualTo(1);
    HostChannel next = alice.publish(1, Shape.raw(PAGE));
    assertThat(next.channel.memory.place()).isNotEqualTo(channel.channel.memory.place());
    assertThat(kinds(bob)).as("it has no handle for an end").isEmpty();
    gate.open();
    leaving.join();
    assertThat(ivc.directory.channels.pool.blocks()).isEqualTo(1);
    assertThat(alice.account.bytes()).isEqualTo(PAGE);
  }

  @Test
  void whoSubscribesWhileTheChannelEndsIsRefusedAndLeavesNothing() {
    carol.publish(3, SECTIONED);
    VmChannel published = (VmChannel) Objects.requireNonNull(carol.membership.newest(CAROLS));
    bob.vm()
        .memory()
        .register(
            new TranslationCache() {
              @Override
              public void mapped(MemoryRegion region) {
                gate.pass();
              }

              @Override
              public void requestDrop(long gpa, long size) {}

              @Override
              public void awaitDropped() {}
            });
    List<Status> refused = new ArrayList<>();
    CompletableFuture<Void> joining =
        stopped(
            () -> {
              try {
                bob.subscribe(CAROLS);
              } catch (RefusedException e) {
                refused.add(e.status());
              }
            });
    carol.unpublish(published);
    assertThat(ivc.directory.channels.pool.blocks()).isEqualTo(1);
    gate.open();
    joining.join();

    assertThat(refused).containsExactly(Status.NO_SUCH_CHANNEL);
    assertThat(bob.window().reservedBytes()).isZero();
    assertThat(bob.membership.all()).isEmpty();
    assertThat(bob.membership.lastHandle()).isZero();
    assertThat(ivc.directory.channels.pool.blocks()).isZero();
    assertThat(carol.account.bytes()).isZero();
  }

  @Test
  void anotherOperationOfTheSameEndpointComesAfterIt() {
    bob.vm().memory().register(busyVcpu);
    VmChannel channel = bob.publish(1, Shape.raw(PAGE));
    CompletableFuture<Void> leaving = stopped(() -> bob.unpublish(channel));
    CompletableFuture<VmChannel> next =
        CompletableFuture.supplyAsync(() -> bob.publish(1, Shape.raw(PAGE)));
    othersGoOn();
    assertThat(next).isNotDone();
    gate.open();
    leaving.join();
    assertThat(next.join().offset()).isEqualTo(channel.offset());
  }
}
