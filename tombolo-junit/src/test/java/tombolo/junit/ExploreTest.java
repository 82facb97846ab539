// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import tombolo.sim.Exploration;

/** Tests that explore, and tests of a simulated run. */
@Timeout(120)
class ExploreTest {
  private static final String GREETING = "../examples/greeting.toml";

  @Test
  @Explore(value = "../examples/bugs/seqlock-fixed.toml", runs = 30)
  void aTestWhoseRunsAllSucceedIsCalled(Exploration.Summary summary) {
    assertThat(summary.runs()).isEqualTo(30);
    assertThat(summary.failures()).isEmpty();
  }

  static final class Cases {
    @Test
    @Explore("../examples/bugs/lost-wakeup.toml")
    void lostWakeup() {}

    @Test
    @Explore(value = GREETING, text = "[vm.a]")
    void both() {}
  }

  private static void failsWith(String method, String... parts) {
    List<Event> finished =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectMethod(Cases.class, method))
            .execute()
            .testEvents()
            .finished()
            .list();
    assertThat(finished).hasSize(1);
    assertThat(finished.getFirst())
        .is(finishedWithFailure(message(text -> List.of(parts).stream().allMatch(text::contains))));
  }

  @Test
  void aTestFailsWithTheSeedAndTheTimeline() {
    failsWith(
        "lostWakeup",
        "seed ",
        "nothing can run, and one, two have not ended",
        "differences from a calm run are enough",
        "stops here; one/vcpu0 goes on");
  }

  @Test
  void anAnnotationThatNamesTwoTopologiesIsAMistake() {
    failsWith("both", "@Explore: give a file or a text, and not both");
  }

  private static final List<String> SEEN = new ArrayList<>();

  private static void greet(RunningTopology topology) {
    topology.awaitExit(0);
    SEEN.add(
        topology.vm("bob").lines().toString() + topology.vm("bob").vm().host().clock().nanos());
  }

  @Test
  @WithTopology(value = GREETING, seed = 7)
  void aSeedRunsTheVmsInVirtualTime(RunningTopology topology) {
    greet(topology);
    assertThat(topology.vm("bob").vm().host().clock().nanos()).isLessThan(1_000_000_000);
    for (int i = 0; i < 2; i++) {
      try (RunningTopology again = TopologyExtension.file(GREETING).withSeed(7).start()) {
        greet(again);
      }
    }
    assertThat(SEEN).hasSize(3).containsOnly(SEEN.getFirst());
  }
}
