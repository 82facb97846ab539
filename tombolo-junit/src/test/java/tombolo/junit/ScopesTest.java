// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import tombolo.machine.Vm;
import tombolo.machine.VmState;

/** For which tests a topology is started, and when its VMs are gone. */
@DisplayName("A topology is started")
@Timeout(120)
class ScopesTest {
  private static final String IDLE = "[vm.a]\nkernel = \"../guests/bin/idle.elf\"\n";
  private static final String GREETING = "../examples/greeting.toml";

  /** The VM that each test has met. */
  private static final Map<String, Vm> MET = new ConcurrentHashMap<>();

  private static void meet(String test, RunningTopology topology) {
    assertThat(topology.vm("a").hasStopped()).isFalse();
    MET.put(test, topology.vm("a").vm());
  }

  @BeforeEach
  void forget() {
    MET.clear();
  }

  /** Whatever it was for: nothing is left behind it. */
  @AfterEach
  void allHaveStopped() {
    assertThat(MET.values()).allMatch(vm -> vm.state() == VmState.STOPPED);
    assertThat(MET.values()).allMatch(vm -> vm.memory().regions().isEmpty());
  }

  private static Events run(Class<?> cases) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(cases))
        .execute()
        .testEvents();
  }

  @WithTopology(text = IDLE)
  static class OnTheClass {
    @Test
    void one(RunningTopology topology) {
      meet("one", topology);
    }

    @Test
    void two(RunningTopology topology) {
      meet("two", topology);
    }

    @Test
    @WithTopology(text = IDLE)
    void own(RunningTopology topology) {
      meet("own", topology);
    }

    @Nested
    class Inside {
      @Test
      void three(RunningTopology topology) {
        meet("three", topology);
      }
    }

    @Nested
    @WithTopology(text = IDLE)
    class InsideWithItsOwn {
      @Test
      void four(RunningTopology topology) {
        meet("four", topology);
      }
    }
  }

  @Test
  void onceForAClassAndAnewForEachMethodAndNestedClassThatSaysSo() {
    run(OnTheClass.class).assertStatistics(tests -> tests.succeeded(5));

    assertThat(MET.get("two")).isSameAs(MET.get("one"));
    assertThat(MET.get("three")).isSameAs(MET.get("one"));
    assertThat(MET.get("own")).isNotSameAs(MET.get("one"));
    assertThat(MET.get("four")).isNotSameAs(MET.get("one"));
  }

  static class Heir extends OnTheClass {}

  @Test
  void forAClassThatInheritsIt() {
    run(Heir.class).assertStatistics(tests -> tests.succeeded(5));
  }

  static class InAField {
    @RegisterExtension
    static final TopologyExtension TOPOLOGY = TopologyExtension.text(IDLE).withStandIns();

    @Test
    void one(RunningTopology topology) {
      meet("one", topology);
    }

    @Test
    void two(RunningTopology topology) {
      meet("two", topology);
    }

    @Nested
    class Inside {
      @Test
      void three(RunningTopology topology) {
        meet("three", topology);
      }
    }
  }

  @Test
  void onceForTheClassOfAStaticField() {
    run(InAField.class).assertStatistics(tests -> tests.succeeded(3));

    assertThat(MET.get("two")).isSameAs(MET.get("one"));
    assertThat(MET.get("three")).isSameAs(MET.get("one"));
  }

  static class InEachInstance {
    @RegisterExtension final TopologyExtension topology = TopologyExtension.text(IDLE);

    @Test
    void one(RunningTopology topology) {
      meet("one", topology);
    }

    @Test
    void two(RunningTopology topology) {
      meet("two", topology);
    }
  }

  @Test
  void forEachTestOfAnInstancesField() {
    run(InEachInstance.class).assertStatistics(tests -> tests.succeeded(2));

    assertThat(MET.get("two")).isNotSameAs(MET.get("one"));
  }

  @WithTopology(text = IDLE)
  static class Failing {
    @Test
    void fails(RunningTopology topology) {
      meet("fails", topology);
      throw new AssertionError("as it should");
    }
  }

  @Test
  void andStoppedAlsoWhereTheTestFails() {
    run(Failing.class).assertStatistics(tests -> tests.failed(1));

    assertThat(MET).containsOnlyKeys("fails");
  }

  @Test
  void asOftenAsATestWantsToByItself() {
    TopologyExtension topology = TopologyExtension.text(IDLE);
    try (RunningTopology one = topology.start();
        RunningTopology two = topology.start()) {
      meet("one", one);
      meet("two", two);
      one.stop();
      assertThat(two.vm("a").hasStopped()).isFalse();
    }
  }

  /** Two tests that go on only when both run. */
  private static final CyclicBarrier BOTH = new CyclicBarrier(2);

  private static void greet(RunningTopology topology) throws Exception {
    BOTH.await(60, TimeUnit.SECONDS);
    topology.vm("bob").awaitLine("I read:  Hello from my island!");
    topology.awaitExit(0);
    topology.assertNothingLeft();
    BOTH.await(60, TimeUnit.SECONDS);
  }

  @WithTopology(GREETING)
  static class Left {
    @Test
    void greets(RunningTopology topology) throws Exception {
      greet(topology);
    }
  }

  @WithTopology(GREETING)
  static class Right {
    @Test
    void greets(RunningTopology topology) throws Exception {
      greet(topology);
    }
  }

  @Test
  void withoutDisturbingAnotherOneInAParallelTestClass() {
    Map<String, String> parallel = new LinkedHashMap<>();
    parallel.put("junit.jupiter.execution.parallel.enabled", "true");
    parallel.put("junit.jupiter.execution.parallel.mode.default", "concurrent");
    parallel.put("junit.jupiter.execution.parallel.config.strategy", "fixed");
    parallel.put("junit.jupiter.execution.parallel.config.fixed.parallelism", "2");

    EngineTestKit.engine("junit-jupiter")
        .configurationParameters(parallel)
        .selectors(List.of(selectClass(Left.class), selectClass(Right.class)))
        .execute()
        .testEvents()
        .assertStatistics(tests -> tests.succeeded(2));
  }
}
