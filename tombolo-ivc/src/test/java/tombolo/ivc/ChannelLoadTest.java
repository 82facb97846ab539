// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.Vm;
import tombolo.machine.host.HostServices;
import tombolo.memory.HostMemory;

/**
 * Eight VMs, for each of which a thread acts, and two host endpoints that wait for doorbells, all
 * at once. {@code -Dtombolo.seconds=} says how long.
 */
@DisplayName("Channels under load")
@Timeout(600)
final class ChannelLoadTest {
  private static final long NANOS =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("tombolo.seconds", 10));
  private static final int VMS = 8;
  private static final int RINGER = 9;
  private static final int WAITER = 10;
  private static final long KEYS = 3;
  private static final long STREAM = 100;
  private static final Shape[] SHAPES = {
    Shape.raw(4096), Shape.raw(3 * 4096), Shape.sectioned(4096, 3, 4096)
  };

  private static final Logger LOG = Logger.getLogger(Refusals.class.getName());

  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong deaths = new AtomicLong();

  @BeforeAll
  static void quiet() {
    LOG.setLevel(Level.WARNING);
  }

  @AfterAll
  static void asBefore() {
    LOG.setLevel(null);
  }

  private static List<Grant> grants() {
    List<Grant> grants = new ArrayList<>();
    DoorbellRate rate = new DoorbellRate(20_000, 10);
    for (int who = 1; who <= VMS; who++) {
      grants.add(IvcFixture.anyLayout(who, 0, KEYS - 1, 1 << 20, rate));
      for (int other = 1; other <= VMS; other++) {
        if (other != who) {
          grants.add(new Grant.Subscribe(who, other, 0, KEYS - 1, other % 2 == 0, rate));
        }
      }
    }
    grants.add(IvcFixture.anyLayout(RINGER, STREAM, STREAM, 4096, rate));
    grants.add(new Grant.Subscribe(WAITER, RINGER, STREAM, STREAM, false, rate));
    return grants;
  }

  private Thread thread(String name, Body body) {
    return Thread.ofPlatform()
        .name("load/" + name)
        .start(
            () -> {
              try {
                body.run();
              } catch (Throwable e) {
                failures.add(e);
              }
            });
  }

  private interface Body {
    void run() throws InterruptedException;
  }

  /** What a guest of this VM does, and how it dies now and then. */
  private void actFor(VmEndpoint endpoint, long end) {
    Random random = new Random(endpoint.id());
    Vm vm = endpoint.vm();
    vm.boot();
    List<VmChannel> joined = new ArrayList<>();
    while (System.nanoTime() < end && failures.isEmpty()) {
      ChannelId id = new ChannelId(1 + random.nextInt(VMS), random.nextLong(KEYS));
      VmChannel one = joined.isEmpty() ? null : joined.get(random.nextInt(joined.size()));
      try {
        switch (random.nextInt(12)) {
          case 0, 1 -> joined.add(endpoint.publish(id.key(), SHAPES[random.nextInt(3)]));
          case 2, 3, 4 -> joined.add(endpoint.subscribe(id));
          case 5 -> {
            if (one != null) {
              joined.remove(one);
              if (one.role() == Role.PUBLISHER) {
                endpoint.unpublish(one);
              } else {
                endpoint.unsubscribe(one);
              }
            }
          }
          case 6, 7, 8, 9 -> {
            if (one != null) {
              endpoint.ring(one, Endpoint.EVERY_PEER);
            }
          }
          case 10 -> endpoint.inbox.takeEvent();
          default -> {
            if (random.nextInt(50) == 0) {
              joined.clear();
              deaths.incrementAndGet();
              if (random.nextBoolean()) {
                vm.reset();
              } else {
                vm.stop();
                vm.boot();
              }
            } else if (endpoint.inbox.takeBell() == null) {
              endpoint.watch(new ChannelId(1 + endpoint.id() % VMS, id.key()));
            }
          }
        }
        done.incrementAndGet();
      } catch (RefusedException e) {
        refused.incrementAndGet();
      }
    }
    vm.stop();
  }

  /** Writes a number and rings, in bursts, and waits after each until its last number was seen. */
  private void ring(HostChannel stream, AtomicLong seen, long end) {
    Random random = new Random(RINGER);
    long number = 0;
    while (System.nanoTime() < end && failures.isEmpty()) {
      for (int left = 1 + random.nextInt(40); left > 0; left--) {
        stream.output().set(JAVA_LONG, 64, ++number);
        stream.ring();
      }
      long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (seen.get() < number && failures.isEmpty()) {
        if (System.nanoTime() > patience) {
          throw new AssertionError("lost: the ring of %d, seen %d".formatted(number, seen.get()));
        }
        Thread.onSpinWait();
      }
    }
    stream.close();
  }

  /** Looks at the number only where a bell has rung; ends when the channel does. */
  private void see(HostChannel stream, AtomicLong seen) throws InterruptedException {
    while (stream.state() == ChannelState.LIVE || stream.endpoint.inbox.hasBells()) {
      if (stream.awaitDoorbell(Duration.ofMillis(50))) {
        long number = stream.memory().get(JAVA_LONG, 64);
        if (number < seen.get()) {
          throw new AssertionError("%d after %d".formatted(number, seen.get()));
        }
        seen.set(number);
      }
    }
  }

  @Test
  void loseNothingAndLeaveNothing() throws InterruptedException {
    long liveBefore = HostMemory.liveCount();
    long end = System.nanoTime() + NANOS;
    Directory directory = new Directory(new Grants(grants()), HostServices.system());
    List<Vm> vms = new ArrayList<>();
    List<VmEndpoint> endpoints = new ArrayList<>();
    for (int id = 1; id <= VMS; id++) {
      Vm vm = IvcFixture.newVm("load" + id, 64 * 4096);
      vms.add(vm);
      endpoints.add(directory.join(vm, id, new Quota(4, 16 * 4096), GuestFrontEnds.ALL));
    }
    HostEndpoint ringer = directory.join("ringer", RINGER, Quota.DEFAULT);
    HostEndpoint waiter = directory.join("waiter", WAITER, Quota.DEFAULT);
    HostChannel stream = ringer.publish(STREAM, Shape.raw(4096));
    HostChannel seen = waiter.subscribe(stream.id());
    AtomicLong number = new AtomicLong();

    List<Thread> threads = new ArrayList<>();
    threads.add(thread("ringer", () -> ring(stream, number, end)));
    threads.add(thread("waiter", () -> see(seen, number)));
    endpoints.forEach(each -> threads.add(thread(each.name(), () -> actFor(each, end))));
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofNanos(NANOS).plusMinutes(2)))
          .as(thread.getName() + " ends")
          .isTrue();
    }
    assertThat(failures).isEmpty();
    seen.close();

    awaitNoLateBells();
    DirectorySnapshot counted = directory.snapshot();
    System.out.printf(
        "load: %d operations, %d refused, %d deaths, %d seen; %d rings: %d delivered, %d coalesced,"
            + " %d dropped; %d came late%n",
        done.get(),
        refused.get(),
        deaths.get(),
        number.get(),
        counted.rings(),
        counted.delivered(),
        counted.coalesced(),
        counted.dropped(),
        counted.delayed());
    assertThat(counted.rings())
        .isEqualTo(counted.delivered() + counted.coalesced() + counted.dropped());
    assertThat(deaths.get()).isPositive();
    assertThat(counted.channels()).isEmpty();
    assertThat(directory.channels.pool.blocks()).isZero();
    for (VmEndpoint endpoint : endpoints) {
      assertThat(endpoint.account.bytes()).isZero();
      assertThat(endpoint.account.channels()).isZero();
      assertThat(Objects.requireNonNull(endpoint.vm().window()).reservedBytes()).isZero();
      assertThat(endpoint.vm().memory().regions()).as("RAM and mailbox").hasSize(2);
    }
    vms.forEach(Vm::close);
    directory.close();
    assertThat(HostMemory.liveCount()).isEqualTo(liveBefore);
    awaitNoLateBells();
  }

  /** The thread for late doorbells ends when none waits. */
  @SuppressWarnings("ThreadPriorityCheck") // gives way, for there may be fewer CPUs than threads
  private static void awaitNoLateBells() {
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("tombolo/doorbells"))) {
      assertThat(System.nanoTime()).as("the thread for late doorbells ends").isLessThan(patience);
      Thread.yield();
    }
  }
}
