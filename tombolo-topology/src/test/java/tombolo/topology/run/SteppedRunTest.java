// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.host.SteppedHost;
import tombolo.testing.WorkTree;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/** A topology on a host of one thread, in virtual time. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SteppedRunTest {
  private static final HostStop TIME_OUT = new HostStop("too long", ExitStatus.TIME_OUT);
  private static final long LIMIT = TimeUnit.HOURS.toNanos(1);

  private static RunReport run(Topology topology, SteppedHost host, Watcher watcher)
      throws InterruptedException {
    try (TopologyRun run = TopologyRun.start(topology, host.services(), watcher)) {
      return run.awaitEnd(LIMIT, TIME_OUT);
    }
  }

  private static List<String> greeting(long seed) throws InterruptedException {
    SteppedHost host = new SteppedHost(seed);
    List<String> seen = new ArrayList<>();
    Thread self = Thread.currentThread();
    Watcher watcher =
        Watcher.ofLines(
            (vm, line) -> {
              assertThat(Thread.currentThread()).isSameAs(self);
              seen.add(vm + ": " + line);
            });

    RunReport report =
        run(TopologyFile.read(WorkTree.path("examples/greeting.toml")), host, watcher);

    assertThat(report.status()).isZero();
    assertThat(seen).contains("alice: I read:  Yes! The tide is low, I can see you from here.");
    seen.add(report.nanos() + " ns, " + host.steps() + " steps");
    return seen;
  }

  @Test
  void aSeedIsASchedule() throws InterruptedException {
    assertThat(greeting(1)).isEqualTo(greeting(1));
    assertThat(greeting(2).getLast()).isNotEqualTo(greeting(1).getLast());
  }

  @Test
  void aVmThatFailsBootsAgain() throws InterruptedException {
    Topology topology =
        TopologyFile.parse(
            "[vm.seven]%nkernel = '%s'%nappend = 'code=7'%nrestart = 3%n"
                .formatted(WorkTree.path("guests/bin/exit-code.elf")),
            Path.of("topology"));

    RunReport report = run(topology, new SteppedHost(1), Watcher.ofLines((_, _) -> {}));

    assertThat(report.status()).isEqualTo(7);
    assertThat(report.stop()).isNull();
  }

  @Test
  void virtualTimeEndsARunThatDoesNothing() throws InterruptedException {
    Topology topology =
        TopologyFile.parse(
            "[vm.a]%nkernel = '%s'%n".formatted(WorkTree.path("guests/bin/idle.elf")),
            Path.of("topology"));

    RunReport report = run(topology, new SteppedHost(1), Watcher.ofLines((_, _) -> {}));

    assertThat(report.stop()).isEqualTo(TIME_OUT);
    assertThat(report.nanos()).isGreaterThanOrEqualTo(LIMIT);
  }
}
