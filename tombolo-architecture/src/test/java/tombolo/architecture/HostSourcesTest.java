// SPDX-License-Identifier: Apache-2.0

package tombolo.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Time, chance, threads and order come from {@code HostServices}, so that a topology can run on one
 * thread from one seed. What faces the host itself is named here, with the reason.
 */
class HostSourcesTest {
  /**
   * The modules that a deterministic run consists of; commands, benchmarks and tests are beside.
   */
  private static final Set<String> DETERMINISTIC =
      Set.of(
          "memory", "machine", "riscv", "debug", "ring", "ivc", "topology", "sim", "cli", "junit");

  /** A class that may use the host's own time, chance or threads, and why. */
  private record Place(String name, String reason) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("tombolo.machine.host.Clock", "the host's clock"),
          new Place("tombolo.machine.host.RandomSource", "a seed's chance"),
          new Place("tombolo.machine.host.SystemRandom", "the host's entropy"),
          new Place("tombolo.machine.host.HostServices", "the host's services, by name"),
          new Place("tombolo.machine.host.SystemScheduler", "the host's threads"),
          new Place("tombolo.machine.host.WorkerThread", "a thread of the host for a worker"),
          new Place("tombolo.machine.host.HaltPolling", "a worker's thread before it parks"),
          new Place("tombolo.machine.vsock.UnixVsock", "sockets of the host"),
          new Place("tombolo.machine.net.StreamWire", "a socket of the host"),
          new Place("tombolo.topology.run.Passt", "passt, a child process"),
          new Place("tombolo.riscv.hart.Quiescence", "another thread leaves guest code soon"),
          new Place(
              "tombolo.riscv.hart.Interpreter", "the instruction pause is a hint, not a wait"),
          new Place("tombolo.ring.Backoff", "between two looks at a peer's memory"),
          new Place("tombolo.debug.GdbServer", "a socket of the host"),
          new Place("tombolo.debug.GdbSession", "a person at a debugger"),
          new Place("tombolo.debug.LiveTarget", "a person at a debugger"),
          new Place("tombolo.sim.travel.TimeTravel", "a person at a debugger"),
          new Place("tombolo.sim.Exploration", "a thread for each simulation at a time"),
          new Place("tombolo.cli.run.SimulatedRun", "paces virtual time by the host's"),
          new Place("tombolo.cli.run.Host", "the command runs on the host's services"),
          new Place("tombolo.cli.run.HeadStart", "loads classes, and waits for nothing"),
          new Place("tombolo.cli.run.ShutdownGuard", "the JVM's shutdown waits for the report"),
          new Place("tombolo.cli.run.Messages", "standard error, which may be a full pipe"),
          new Place("tombolo.cli.terminal.Terminal", "test, a child process; a job that waits"),
          new Place("tombolo.cli.terminal.TerminalKeeper", "stty, a child process"),
          new Place("tombolo.cli.view.ControlSocket", "other commands ask by a socket"),
          new Place("tombolo.cli.view.ControlRequest", "other processes answer by a socket"),
          new Place("tombolo.cli.view.RunningTopologies", "other processes have a deadline"),
          new Place("tombolo.cli.view.VmCommands", "other commands act on VMs"),
          new Place("tombolo.junit.TopologyPlan", "tests run on the host's services"));

  /** Classes whose hash-ordered collection nobody iterates, or whose order does not matter. */
  private static final List<Place> UNORDERED =
      List.of(
          new Place("tombolo.memory.RangeAllocator", "looked up by address, never iterated"),
          new Place(
              "tombolo.ivc.Membership", "looked up by handle, listed in the order of handles"),
          new Place("tombolo.machine.HypercallTable", "looked up by code, never iterated"),
          new Place("tombolo.machine.vsock.VsockSwitch", "looked up by address; see Stations"));

  private static boolean isHostSource(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    String type = owner.getName();
    String name = access.getName();
    return switch (type) {
      case "java.lang.System" -> Set.of("nanoTime", "currentTimeMillis").contains(name);
      case "java.lang.Math" -> name.equals("random");
      case "java.lang.Object" -> Set.of("wait", "notify", "notifyAll").contains(name);
      // An interrupt is a request to the thread at hand, whoever gave it; keeping it is no source.
      case "java.lang.Thread" ->
          !Set.of("currentThread", "interrupt", "interrupted", "isInterrupted").contains(name);
      case "java.util.concurrent.locks.LockSupport" -> true;
      case "java.util.concurrent.TimeUnit" ->
          Set.of("sleep", "timedJoin", "timedWait").contains(name);
      case "java.time.Instant", "java.time.LocalDateTime", "java.time.ZonedDateTime" ->
          name.equals("now");
      case "java.util.UUID" -> name.equals("randomUUID");
      default -> isWaiting(owner, name) || isSystemDefault(owner, name) || isChance(type, name);
    };
  }

  private static boolean isWaiting(JavaClass owner, String name) {
    return owner.isAssignableTo(Thread.class)
        || owner.isAssignableTo("java.util.concurrent.locks.Condition")
        || owner.isAssignableTo("java.nio.channels.Selector")
        || owner.isAssignableTo("java.util.concurrent.Executor")
        || owner.isAssignableTo("java.util.Timer")
        || (owner.isAssignableTo("java.util.concurrent.BlockingQueue")
            && Set.of("take", "put", "poll", "offer").contains(name))
        || (owner.isAssignableTo("java.util.concurrent.Semaphore") && name.equals("acquire"))
        || (owner.isAssignableTo("java.util.concurrent.Future")
            && Set.of("get", "join").contains(name))
        || ((owner.isAssignableTo("java.util.concurrent.CountDownLatch")
                || owner.isAssignableTo("java.util.concurrent.CyclicBarrier")
                || owner.isAssignableTo("java.util.concurrent.Phaser"))
            && name.startsWith("await"))
        || (owner.isAssignableTo(Process.class) && name.equals("waitFor"));
  }

  /** Clock.system() and its like; who makes a topology says which services it has. */
  private static boolean isSystemDefault(JavaClass owner, String name) {
    return owner.getPackageName().equals("tombolo.machine.host") && name.equals("system");
  }

  private static boolean isChance(String type, String name) {
    return name.equals("<init>")
        && Set.of(
                "java.util.Random",
                "java.util.SplittableRandom",
                "java.security.SecureRandom",
                "java.util.concurrent.ThreadLocalRandom")
            .contains(type);
  }

  private static DescribedPredicate<JavaClass> deterministic(List<Place> exceptFor) {
    Set<String> names = exceptFor.stream().map(Place::name).collect(Collectors.toSet());
    return DescribedPredicate.describe(
        "belong to a deterministic run",
        type ->
            DETERMINISTIC.contains(Code.module(type))
                && !names.contains(outermost(type).getName()));
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(HostSourcesTest::outermost).orElse(type);
  }

  @Test
  void timeChanceAndThreadsComeFromTheHostServices() {
    noClasses()
        .that(deterministic(PLACES))
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(
                "a source of time, chance or threads of the host", HostSourcesTest::isHostSource))
        .check(Code.ALL);
  }

  /**
   * The order of a hash table is chance: by identity hash codes, or by the salt of {@link Set#of}.
   * Whatever is iterated is in the order of its keys or of its making.
   */
  @Test
  void theOrderOfIterationIsNeverChance() {
    noClasses()
        .that(deterministic(UNORDERED))
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(
                "a collection in the order of hash codes", HostSourcesTest::isHashOrdered))
        .check(Code.ALL);
  }

  private static boolean isHashOrdered(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    String name = access.getName();
    boolean made =
        name.equals("<init>")
            && Stream.of(
                    HashMap.class,
                    HashSet.class,
                    IdentityHashMap.class,
                    WeakHashMap.class,
                    ConcurrentHashMap.class)
                .anyMatch(owner::isEquivalentTo);
    boolean salted =
        (owner.isEquivalentTo(Set.class) || owner.isEquivalentTo(Map.class))
            && Set.of("of", "copyOf", "ofEntries").contains(name)
            && !isConstant(access)
            && !isEmpty(access);
    boolean collected =
        owner.isEquivalentTo(Collectors.class)
            && Set.of("toSet", "toUnmodifiableSet", "toMap", "toUnmodifiableMap").contains(name);
    return made || salted || collected;
  }

  /** A table that is made once, to look things up in. */
  private static boolean isConstant(JavaAccess<?> access) {
    return access.getOwner().getName().equals("<clinit>");
  }

  private static boolean isEmpty(JavaAccess<?> access) {
    return access.getTarget() instanceof CodeUnitAccessTarget target
        && target.getRawParameterTypes().isEmpty();
  }

  @Test
  void everyNamedPlaceExistsAndNeedsItsName() {
    Set<String> used =
        Code.ALL.stream()
            .filter(
                type ->
                    type.getAccessesFromSelf().stream()
                        .anyMatch(access -> isHostSource(access) || isHashOrdered(access)))
            .map(type -> outermost(type).getName())
            .collect(Collectors.toSet());

    assertThat(Stream.concat(PLACES.stream(), UNORDERED.stream()).map(Place::name))
        .allSatisfy(name -> assertThat(used).contains(name));
  }
}
