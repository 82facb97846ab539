// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.Vm;
import tombolo.machine.VmState;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.SteppedHost;
import tombolo.machine.power.StopReason;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/** Two guests and their channel are saved in the middle of it, and go on as if nothing had been. */
@DisplayName("A topology that is saved and restored")
@Timeout(600)
final class SavedTopologyTest {
  private static final int ROUNDS = 60;
  private static final Duration VIRTUAL = Duration.ofHours(1);

  /** Ping and pong on one thread. */
  private static final class Game implements AutoCloseable {
    final SteppedHost host;
    final BufferConsole serves;
    final BufferConsole returns;
    final Directory directory;
    final Vm ping;
    final Vm pong;

    Game(long seed, DoorbellRate rate) {
      host = new SteppedHost(seed);
      serves = new BufferConsole(host.services());
      returns = new BufferConsole(host.services());
      Grants grants =
          Grants.of(
              new Grant.Publish(1, 1, 1, 4096, Layout.RAW, "ball", rate),
              new Grant.Subscribe(2, 1, 1, 1, true, rate));
      directory = new Directory(grants, host.services());
      ping = vm("ping", "warmup=0 n=" + ROUNDS, serves);
      pong = vm("pong", "", returns);
      directory.join(ping, 1, Quota.DEFAULT, GuestFrontEnds.ALL);
      directory.join(pong, 2, Quota.DEFAULT, GuestFrontEnds.ALL);
    }

    private Vm vm(String guest, String append, BufferConsole console) {
      return Guests.create(Guests.config(guest, append, console).withHost(host.services()));
    }

    Game boot() {
      ping.boot();
      pong.boot();
      return this;
    }

    /** Does so many steps, or fewer if a guest ends before. */
    Game steps(long count) {
      for (long i = 0; i < count && running(); i++) {
        host.step();
      }
      return this;
    }

    boolean running() {
      return List.of(ping, pong).stream().allMatch(vm -> vm.state() == VmState.RUNNING);
    }

    Game suspend() {
      ping.suspend();
      pong.suspend();
      return this;
    }

    byte[] save() {
      ByteArrayOutputStream saved = new ByteArrayOutputStream();
      StateWriter out = new StateWriter(saved);
      out.part("host", host);
      ping.save(out);
      pong.save(out);
      out.part("directory", directory);
      return saved.toByteArray();
    }

    Game restore(byte[] saved) {
      StateReader in = new StateReader(new ByteArrayInputStream(saved));
      in.part("host", host);
      ping.restore(in);
      pong.restore(in);
      in.part("directory", directory);
      return this;
    }

    Game resume() {
      ping.resume();
      pong.resume();
      return this;
    }

    Game end() throws InterruptedException {
      assertThat(ping.awaitStop(VIRTUAL)).as(serves.text()).hasValue(new StopReason.PowerOff());
      assertThat(pong.awaitStop(VIRTUAL)).as(returns.text()).hasValue(new StopReason.PowerOff());
      return this;
    }

    @Override
    public void close() {
      ping.close();
      pong.close();
      directory.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1000000", "2, 1000000", "3, 1000000", "4, 20000", "5, 20000", "6, 20000"})
  void endsAsOneThatWentOnAtOnce(long seed, int ringsASecond) throws InterruptedException {
    DoorbellRate rate = new DoorbellRate(ringsASecond, 1);
    long all;
    try (Game undisturbed = new Game(seed, rate).boot().end()) {
      all = undisturbed.host.steps();
    }
    long steps = new Random(seed).nextLong(all / 10, all - all / 10);
    try (Game first = new Game(seed, rate).boot().steps(steps);
        Game second = new Game(seed + 100, rate)) {
      assertThat(first.running()).isTrue();
      first.suspend();
      String servedBefore = first.serves.text();
      String returnedBefore = first.returns.text();
      second.restore(first.save()).resume().end();
      first.resume().end();
      assertThat(servedBefore + second.serves.text()).isEqualTo(first.serves.text());
      assertThat(returnedBefore + second.returns.text()).isEqualTo(first.returns.text());
      assertThat(second.host.steps()).isEqualTo(first.host.steps());
      assertThat(second.directory.snapshot()).isEqualTo(first.directory.snapshot());
    }
  }
}
