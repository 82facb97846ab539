// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.opentest4j.AssertionFailedError;

/** What somebody reads whose test has failed. The cases fail, so JUnit runs them here alone. */
@DisplayName("A test of guests that fails")
@Timeout(120)
class FailuresTest {
  private static final String IDLE = "[vm.sleepy]\nkernel = \"../guests/bin/idle.elf\"\n";
  private static final String ECHO = "[vm.echo]\nkernel = \"../guests/bin/echo.elf\"\n";
  private static final String SEVEN =
      "[vm.bad]\nkernel = \"../guests/bin/exit-code.elf\"\nappend = \"code=7\"\n";
  private static final String CHANNEL =
      """
      [channel.link]
      publisher = "bad"
      subscribers = ["sleepy"]
      key = 1
      size = "4 KiB"
      """;
  private static final int LONG = 100; // s: more than any of these tests may take

  static final class Cases {
    @Test
    @WithTopology(text = ECHO, deadlineSeconds = LONG)
    void deadline(RunningTopology topology) {
      GuestVm echo = topology.vm("echo");
      echo.type("a\nb\n");
      echo.awaitLine("A");
      echo.awaitLine("no such line", Duration.ofMillis(300));
    }

    @Test
    @WithTopology(text = ECHO, deadlineSeconds = 1)
    void topologysDeadline(RunningTopology topology) {
      topology.vm("echo").awaitText("no such text");
    }

    @Test
    @WithTopology(text = SEVEN + IDLE, deadlineSeconds = LONG)
    void stopped(RunningTopology topology) {
      topology.vm("bad").awaitLine("no such line");
    }

    @Test
    @WithTopology(text = SEVEN, deadlineSeconds = LONG)
    void status(RunningTopology topology) {
      topology.awaitExit(0);
    }

    @Test
    @WithTopology(text = IDLE, deadlineSeconds = 1)
    void goesOn(RunningTopology topology) {
      topology.vm("sleepy").awaitStop();
    }

    @Test
    @WithTopology(text = SEVEN + IDLE + CHANNEL, deadlineSeconds = LONG)
    void noChannel(RunningTopology topology) {
      topology.awaitChannel("link", "sleepy");
    }

    @Test
    @WithTopology(text = SEVEN + CHANNEL + IDLE, standIns = "sleepy", deadlineSeconds = 1)
    void noChannels(RunningTopology topology) {
      topology.awaitChannels("there is one", rows -> !rows.isEmpty());
    }

    @Test
    @WithTopology(text = IDLE)
    void left(RunningTopology topology) {
      topology.assertNothingLeft();
    }

    @Test
    @Timeout(1)
    @WithTopology(text = IDLE, deadlineSeconds = LONG)
    void interrupted(RunningTopology topology) {
      topology.vm("sleepy").awaitLine("no such line");
    }

    @Test
    @WithTopology(text = IDLE)
    void noVm(RunningTopology topology) {
      topology.vm("slepy");
    }

    @Test
    @WithTopology(text = "[vm.a]\nkernel = \"nowhere.elf\"\nmemry = 1\n")
    void mistakes(RunningTopology topology) {}

    @Test
    @WithTopology("no-such-file.toml")
    void noFile(RunningTopology topology) {}

    @Test
    @WithTopology
    void nothingGiven(RunningTopology topology) {}

    @Test
    @WithTopology(text = IDLE, standIns = "bob")
    void noStandIn(RunningTopology topology) {}

    @Test
    void noTopology(RunningTopology topology) {}
  }

  private static Throwable failureOf(String method) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(Cases.class, method, RunningTopology.class))
        .execute()
        .testEvents()
        .failed()
        .stream()
        .map(event -> event.getRequiredPayload(TestExecutionResult.class))
        .findFirst()
        .orElseThrow(() -> new AssertionError(method + " has not failed"))
        .getThrowable()
        .orElseThrow();
  }

  @Test
  void saysWhichLineDidNotComeInTimeAndWhatTheConsoleHad() {
    assertThat(failureOf("deadline"))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessageStartingWith("echo: no line with \"no such line\" within 0.3 s\n")
        .hasMessageContaining("The console of echo:\n  (read) ")
        .hasMessageEndingWith("\n  | B");
  }

  @Test
  void waitsNoLongerThanTheTopologysDeadline() {
    assertThat(failureOf("topologysDeadline"))
        .hasMessageStartingWith("echo: no \"no such text\" within 1 s\n");
  }

  @Test
  @Timeout(LONG / 2)
  void failsAtOnceWhereTheVmHasStopped() {
    assertThat(failureOf("stopped"))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessageStartingWith(
            "bad: no line with \"no such line\" before it stopped:"
                + " the guest reported failure, code 7\nsleepy running\n")
        .hasMessageContaining("The console of bad");
  }

  @Test
  @Timeout(LONG / 2)
  void saysWithWhichStatusAGuestEnded() {
    assertThat(failureOf("status"))
        .isInstanceOfSatisfying(
            AssertionFailedError.class,
            failure -> {
              assertThat(failure.getExpected().getValue()).isEqualTo("the guest powered off");
              assertThat(failure.getActual().getValue())
                  .isEqualTo("the guest reported failure, code 7");
            })
        .hasMessageStartingWith(
            "bad: expected exit status 0, but: the guest reported failure, code 7\n");
  }

  @Test
  void saysThatAGuestDidNotStop() {
    assertThat(failureOf("goesOn"))
        .hasMessageStartingWith("sleepy: did not stop within 1 s\n")
        .hasMessageContaining("The console of sleepy");
  }

  @Test
  @Timeout(LONG / 2)
  void failsAtOnceWhereWhoShouldPublishHasStopped() {
    assertThat(failureOf("noChannel"))
        .hasMessage(
            """
            not so before VMs stopped: "link" is joined by bad, sleepy
            bad stopped: the guest reported failure, code 7
            sleepy running
            There is no channel.\
            """);
  }

  @Test
  void saysWhichChannelsThereAre() {
    assertThat(failureOf("noChannels"))
        .hasMessageStartingWith("not so within 1 s: there is one\n")
        .hasMessageEndingWith("There is no channel.");
  }

  @Test
  void saysWhatIsLeft() {
    assertThat(failureOf("left"))
        .hasMessageStartingWith("something is left: 0 bytes of channels\nsleepy running\n");
  }

  @Test
  @Timeout(LONG / 2)
  void saysWhatTheConsoleHadAlsoWhenJUnitsTimeIsOver() {
    assertThat(failureOf("interrupted"))
        .isInstanceOf(TimeoutException.class)
        .satisfies(
            timeout ->
                assertThat(timeout.getSuppressed())
                    .anySatisfy(
                        why ->
                            assertThat(why)
                                .hasMessageStartingWith(
                                    "sleepy: interrupted while the test waited for a line")));
  }

  @Test
  void saysWhichVmsThereAre() {
    assertThat(failureOf("noVm")).hasMessage("no VM slepy in the topology; there is sleepy");
    assertThat(failureOf("noStandIn")).hasMessage("no VM bob in the topology; there is sleepy");
  }

  @Test
  void saysEachMistakeOfATopologyInALine() {
    assertThat(failureOf("mistakes"))
        .hasMessageMatching(
            "(?s)topology:2: vm.a.kernel: nowhere.elf: .*\ntopology:3: vm.a.memry: .*memory.*");
    assertThat(failureOf("noFile")).hasMessageStartingWith("no-such-file.toml: ");
    assertThat(failureOf("nothingGiven"))
        .hasMessage("@WithTopology: give a file or a text, and not both");
  }

  @Test
  void isToldByJUnitThatNobodyHasStartedATopology() {
    assertThat(failureOf("noTopology")).hasMessageContaining("No ParameterResolver registered");
  }
}
