// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.ExitKind;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;

/** Payload goes from guest to guest by loads and stores, and the VM's exit counters show it. */
class DataPathTest {
  /** Payload of the large run; less where one has no time. */
  private static final long BYTES = Long.getLong("tombolo.stream.bytes", 1L << 30);

  private static final int ROUNDS = Integer.getInteger("tombolo.ping.rounds", 10_000);
  private static final long TINY = 64;
  private static final long RING = 1 << 20;
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  @Test
  void payloadCausesNoExit() throws InterruptedException {
    Map<ExitKind, Long> tiny = exitsOfAStream(TINY);
    Map<ExitKind, Long> large = exitsOfAStream(BYTES);
    // What is there in both runs: finding the PCI function, joining the channel, and the store to
    // the test finisher that ends each guest. All is MMIO; nothing of it depends on the payload.
    assertThat(tiny.get(ExitKind.MMIO_READ)).isPositive();
    assertThat(tiny.get(ExitKind.MMIO_WRITE)).isPositive();
    // These three are the schedule's, not the payload's: a kick ends a run or drops stage 2, a wait
    // is for a peer that is slower, and a budget is used up where nothing else ends a step.
    for (ExitKind kind : List.of(ExitKind.KICKED, ExitKind.WAITING, ExitKind.BUDGET_USED)) {
      large.remove(kind);
      tiny.remove(kind);
    }
    assertThat(large).isEqualTo(tiny);
  }

  /**
   * Ping stores n and rings once; pong answers a bell only where it then reads a new n. So one bell
   * that outran its store, or one that got lost, would end the game in the middle.
   */
  @Test
  void whatWasStoredBeforeARingIsSeenByWhoTakesTheBell() throws InterruptedException {
    Grants grants =
        Grants.of(Grant.Publish.of(1, 1, 4096, "ball"), Grant.Subscribe.of(2, 1, 1, true));
    String append = "warmup=0 n=" + ROUNDS;
    BufferConsole serves = new BufferConsole(HostServices.system());
    BufferConsole returns = new BufferConsole(HostServices.system());
    try (Directory directory = new Directory(grants, HostServices.system());
        Vm ping = Guests.create(Guests.config("ping", append, serves));
        Vm pong = Guests.create(Guests.config("pong", "", returns))) {
      directory.join(ping, 1, Quota.DEFAULT, GuestFrontEnds.ALL);
      directory.join(pong, 2, Quota.DEFAULT, GuestFrontEnds.ALL);
      ping.boot();
      pong.boot();
      assertThat(ping.awaitStop(DEADLINE)).as(serves.text()).hasValue(new StopReason.PowerOff());
      assertThat(pong.awaitStop(DEADLINE)).as(returns.text()).hasValue(new StopReason.PowerOff());
      assertThat(returns.text()).contains("I returned %d serves".formatted(ROUNDS));
    }
  }

  /** Exits by kind, of both guests together, without those of their consoles. */
  private static Map<ExitKind, Long> exitsOfAStream(long bytes) throws InterruptedException {
    Grants grants =
        Grants.of(Grant.Publish.of(1, 1, RING, "stream"), Grant.Subscribe.of(2, 1, 1, true));
    BufferConsole says = new BufferConsole(HostServices.system());
    BufferConsole hears = new BufferConsole(HostServices.system());
    try (Directory directory = new Directory(grants, HostServices.system());
        Vm sender =
            Guests.create(
                Guests.config(
                    "stream", "role=send size=%d bytes=%d".formatted(RING, bytes), says));
        Vm receiver = Guests.create(Guests.config("stream", "role=receive", hears))) {
      directory.join(sender, 1, Quota.DEFAULT, GuestFrontEnds.ALL);
      directory.join(receiver, 2, Quota.DEFAULT, GuestFrontEnds.ALL);
      sender.boot();
      // A receiver that comes too early asks again each millisecond, which would be exits.
      long end = System.nanoTime() + DEADLINE.toNanos();
      while (directory.snapshot().channels().isEmpty()) {
        assertThat(System.nanoTime()).as("published: %s", says.text()).isLessThan(end);
        LockSupport.parkNanos(100_000);
      }
      receiver.boot();
      assertThat(receiver.awaitStop(DEADLINE)).as(hears.text()).hasValue(new StopReason.PowerOff());
      assertThat(sender.awaitStop(DEADLINE)).as(says.text()).hasValue(new StopReason.PowerOff());
      assertThat(hears.text()).contains("received %d MiB".formatted(bytes >> 20)).contains(" ok");
      Map<ExitKind, Long> all = new EnumMap<>(sender.statistics().exits());
      receiver.statistics().exits().forEach((kind, count) -> all.merge(kind, count, Long::sum));
      // The UART takes a load of its status and a store for each character that a guest prints, and
      // larger numbers are longer.
      long printed = (long) says.bytes().length + hears.bytes().length;
      all.merge(ExitKind.MMIO_READ, -printed, Long::sum);
      all.merge(ExitKind.MMIO_WRITE, -printed, Long::sum);
      System.Logger log = System.getLogger(DataPathTest.class.getName());
      log.log(System.Logger.Level.INFO, hears.text().strip() + " " + all);
      return all;
    }
  }
}
