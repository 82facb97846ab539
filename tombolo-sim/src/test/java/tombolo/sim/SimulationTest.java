// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.testing.WorkTree;
import tombolo.topology.InputException;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/** One seed is one run, to the instruction, and a run that fails says why. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimulationTest {
  private static final long SECOND = 1_000_000_000;

  private static SimulationResult run(Topology topology, SimulationOptions options)
      throws InterruptedException {
    return Objects.requireNonNull(Simulation.run(topology, options, new SimulationWatcher() {}));
  }

  private static Topology example(String name) {
    return TopologyFile.read(WorkTree.path("examples/" + name + ".toml"));
  }

  private static Topology vm(String guest, String more) {
    return TopologyFile.parse(
        "[vm.a]%nkernel = '%s'%nmemory = '16 MiB'%n%s%n"
            .formatted(WorkTree.path("guests/bin/" + guest + ".elf"), more),
        Path.of("topology"));
  }

  private static SimulationOptions watched(long seed, @Nullable MemoryModel model) {
    return new SimulationOptions(seed, model, 10 * SECOND, List.of(), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"greeting", "restart", "intruder", "axvisor", "fan-out"})
  void aSeedIsARun(String example) throws InterruptedException {
    Topology topology = example(example);

    assertThat(run(topology, SimulationOptions.ofSeed(7)))
        .isEqualTo(run(topology, SimulationOptions.ofSeed(7)))
        .isNotEqualTo(run(topology, SimulationOptions.ofSeed(8)));
  }

  @ParameterizedTest
  @EnumSource(MemoryModel.class)
  void aSeedIsARunUnderEachMemoryModel(MemoryModel model) throws InterruptedException {
    Topology topology = example("greeting");

    assertThat(run(topology, watched(7, model)))
        .isEqualTo(run(topology, watched(7, model)))
        .isNotEqualTo(run(topology, watched(8, model)));
  }

  /**
   * Fingerprints are the same on every machine. One that differs after a change of guests, devices
   * or schedules is recorded anew: the failure shows it.
   */
  @ParameterizedTest
  @CsvSource({
    "greeting, plain, 29b65fa079bf1cfb7d55733a0c1824c91f2504d2dde00acb52939f31cc1a3cc0",
    "greeting, rvwmo, 61f8d1c607f1068e42a088598a873a195c71fe05f7d4e65cb2f6dfb299319ca5",
    "fan-out, plain, 39709dd784544b45dcafe8259a14432658f23c60783b6101161a2ac608580f3d",
    "restart, tso, 63134876b9f9b85e1ea4b0da96244ac69422fc2f27fda3df4cfbcb46c0e510b4",
    "axvisor, rvwmo, 7091f428631e4bec6c3e3034a4e6e50d4b3494cd80c51140e09905fe2c4031ec",
    "intruder, sc, 7ca74b08e7bd0d63996a486e55dcafb65220a910b7bdafcc9549faad713756a0"
  })
  void aFingerprintIsTheOneOfTheRepository(String example, String model, String recorded)
      throws InterruptedException {
    SimulationOptions options = watched(1, MemoryModel.named(model).orElse(null));

    assertThat(run(example(example), options).fingerprint()).isEqualTo(recorded);
  }

  @ParameterizedTest
  @CsvSource({"selftest, 1", "litmus, 4", "trap-loop, 1"})
  void bothEnginesGiveTheSameRun(String guest, int vcpus) throws InterruptedException {
    String more = "vcpus = %d%nappend = 'rounds=300'%nengine = '%s'".formatted(vcpus, "%s");

    SimulationResult translated =
        run(vm(guest, more.formatted("translator")), SimulationOptions.ofSeed(3));
    SimulationResult interpreted =
        run(vm(guest, more.formatted("interpreter")), SimulationOptions.ofSeed(3));

    assertThat(translated).isEqualTo(interpreted);
  }

  /** An unlock is a store that waits; those that spin on atomics have to see it in the end. */
  @ParameterizedTest
  @CsvSource({"spin-lrsc, RVWMO", "spin-amo, RVWMO", "spin-lrsc, TSO"})
  void aLockIsFreeForThoseThatSpinOnAtomics(String lock, MemoryModel model)
      throws InterruptedException {
    String more = "vcpus = 4%nappend = 'test=%s rounds=100'".formatted(lock);

    assertThat(run(vm("litmus", more), watched(1, model)).failure()).isNull();
  }

  @Test
  void aGuestThatReportsFailureHasFailed() throws InterruptedException {
    SimulationResult result =
        run(vm("exit-code", "append = 'code=7'"), SimulationOptions.ofSeed(1));

    assertThat(result.failure())
        .isEqualTo(new Failure(Failure.Kind.STATUS, "a failed with code 7"));
    assertThat(result.report().status()).isEqualTo(7);
  }

  @Test
  void aGuestThatWaitsForNothingIsADeadlock() throws InterruptedException {
    SimulationResult result = run(vm("idle", ""), SimulationOptions.ofSeed(1));

    assertThat(result.failure())
        .isEqualTo(new Failure(Failure.Kind.DEADLOCK, "nothing can run, and a has not ended"));
  }

  @Test
  void aGuestThatGoesOnForEverReachesTheLimitOfTime() throws InterruptedException {
    SimulationOptions options = new SimulationOptions(1, null, SECOND / 100, List.of(), true);

    SimulationResult result = run(vm("ticker", "append = 'n=1000000'"), options);

    assertThat(Objects.requireNonNull(result.failure()).kind()).isEqualTo(Failure.Kind.TIME);
    assertThat(result.nanos()).isBetween(SECOND / 100, SECOND / 50);
  }

  @Test
  void aLineThatNoneMayPrintIsAFailure() throws InterruptedException {
    SimulationOptions options =
        new SimulationOptions(
            1, MemoryModel.RVWMO, SECOND, List.of(Pattern.compile("tide is l.w")), true);

    SimulationResult result = run(example("greeting"), options);

    assertThat(Objects.requireNonNull(result.failure()).kind()).isEqualTo(Failure.Kind.CONSOLE);
    assertThat(result.failure().what()).contains("I wrote: Yes! The tide is low");
  }

  @Test
  void whatAGuestPrintsMovesNoCursorInTheFailure() throws InterruptedException {
    SimulationOptions options =
        new SimulationOptions(1, null, SECOND, List.of(Pattern.compile("no test is called")), true);

    SimulationResult result =
        run(vm("weak", "vcpus = 4%nappend = \"test=\\u001b[2J\"".formatted()), options);

    assertThat(result.failure())
        .isEqualTo(new Failure(Failure.Kind.CONSOLE, "a printed \"weak: no test is called ?[2J\""));
  }

  @Test
  void aWatcherSeesEveryLineAndCanAbandonTheRun() throws InterruptedException {
    List<Long> times = new ArrayList<>();
    SimulationWatcher watcher =
        new SimulationWatcher() {
          @Override
          public boolean goesOn(long nanos) {
            times.add(nanos);
            return times.size() < 5;
          }
        };

    assertThat(Simulation.run(example("greeting"), SimulationOptions.ofSeed(1), watcher)).isNull();
    assertThat(times).hasSize(5).isSorted();
  }

  @ParameterizedTest
  @CsvSource({
    "vsock-cid = 5\\nvsock-socket = \"s\", socket of the host",
    "folders = [\".\"], shares a folder",
    "disks = [\"disk.img\"], may write to disk"
  })
  void whatReachesOutsideIsRefused(String keys, String why, @TempDir Path folder)
      throws IOException {
    Files.write(folder.resolve("disk.img"), new byte[4096]);
    Path file = folder.resolve("t.toml");
    Files.writeString(
        file,
        "[vm.a]\nkernel = '%s'\n%s\n"
            .formatted(WorkTree.path("guests/bin/hello.elf"), keys.replace("\\n", "\n")));
    Topology topology = TopologyFile.read(file);

    assertThatThrownBy(() -> run(topology, SimulationOptions.ofSeed(1)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("can't be simulated: a ")
        .hasMessageContaining(why);
  }
}
