// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.DirectorySnapshot.ChannelRow;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.message.Publisher;
import tombolo.machine.VmState;
import tombolo.machine.power.StopReason;
import tombolo.ring.Answer;
import tombolo.ring.Waiting;

@DisplayName("A test among VMs")
@Timeout(120)
class RunningTopologyTest {
  private static final String GREETING = "../examples/greeting.toml";
  private static final String MESSAGES =
      """
      [vm.sender]
      kernel = "../guests/bin/messenger.elf"
      append = "role=send messages=1000"

      [vm.receiver]
      kernel = "../guests/bin/messenger.elf"
      append = "role=receive messages=1000"

      [channel.messages]
      publisher = "sender"
      subscribers = ["receiver"]
      key = 1
      size = "4 KiB"
      layout = "sectioned"
      doorbell = true
      """;

  @Nested
  @DisplayName("that shares them with other tests")
  @TestMethodOrder(MethodOrderer.MethodName.class)
  @WithTopology(text = "[vm.echo]\nkernel = \"../guests/bin/echo.elf\"\n")
  class Sharing {
    @Test
    void aTypesAndReadsOnBehindWhatItHasRead(RunningTopology topology) {
      GuestVm echo = topology.vm("echo");

      echo.type("one\ntwo\none\n");

      assertThat(echo.awaitLine("ONE")).isEqualTo("ONE");
      assertThat(echo.awaitLine("ONE")).isEqualTo("ONE");
      assertThat(echo.lines()).containsSubsequence("ONE", "TWO", "ONE");
    }

    @Test
    void bReadsTheConsoleFromItsFirstLineAgain(RunningTopology topology) {
      topology.vm("echo").awaitLine("TWO");
    }

    @Test
    void cReadsThePartsOfALine(RunningTopology topology) {
      GuestVm echo = topology.vm("echo");

      echo.type("a b a\n");

      echo.awaitText("A B");
      echo.awaitText("A");
    }

    @Test
    void dTypesMoreAtOnceThanTheGuestHasRoomFor(RunningTopology topology) {
      GuestVm echo = topology.vm("echo");

      echo.type("line\n".repeat(1000) + "the end\n");

      echo.awaitLine("THE END");
      assertThat(echo.lines()).filteredOn("LINE"::equals).hasSize(1000);
    }

    @Test
    void eSeesTheGuestLeave(RunningTopology topology) {
      topology.vm("echo").type("quit\n");

      topology.vm("echo").awaitExit(0);
      assertThat(topology.vm("echo").hasStopped()).isTrue();
      topology.assertNothingLeft();
    }
  }

  @Test
  @WithTopology(
      text =
          """
          [vm.bad]
          kernel = "../guests/bin/rom-write.elf"
          restart = 2
          """)
  void waitsUntilAGuestIsNotBootedAgain(RunningTopology topology) {
    GuestVm bad = topology.vm("bad");

    assertThat(bad.awaitStop()).isEqualTo(new StopReason.GuestFailure(99));
    bad.awaitExit(99);
    assertThat(bad.vm().state()).isEqualTo(VmState.STOPPED);
    assertThat(bad.lines()).filteredOn("rom-write: store to 0x1000"::equals).hasSize(3);
  }

  @Test
  @WithTopology(value = GREETING, standIns = "bob")
  void seesAGuestsChannelOrphanedWhenItPullsItsPlug(RunningTopology topology) {
    HostEndpoint bob = topology.standIn("bob");
    GuestVm alice = topology.vm("alice");
    ChannelRow published = topology.awaitChannel("greetings");
    bob.subscribe("greetings");

    alice.stop();

    assertThat(alice.awaitStop()).isEqualTo(new StopReason.HostRequest("stopped by the test"));
    assertThat(published.shape()).isEqualTo(Shape.raw(16384));
    assertThat(topology.channels())
        .singleElement()
        .satisfies(row -> assertThat(row.state()).isEqualTo(ChannelState.ORPHANED));

    alice.boot();

    ChannelRow again = topology.awaitChannel("greetings");
    assertThat(again.generation()).isGreaterThan(published.generation());
    alice.stop();
    bob.close();
    topology.assertNothingLeft();
  }

  @Test
  @WithTopology(value = GREETING, standIns = "bob")
  void bootsOnlyWhatHasStopped(RunningTopology topology) {
    assertThatIllegalStateException()
        .isThrownBy(() -> topology.vm("alice").boot())
        .withMessageContaining("alice is running");
  }

  @Test
  @WithTopology(value = GREETING, standIns = "bob")
  void isTheVmsThatItStandsInForAndNoOther(RunningTopology topology) {
    assertThat(topology.vms()).extracting(GuestVm::name).containsExactly("alice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> topology.vm("bob"))
        .withMessage("the test stands in for VM bob");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> topology.standIn("alice"))
        .withMessage("the test does not stand in for a VM alice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> topology.awaitChannel("tidings"))
        .withMessage("no channel tidings in the topology");
  }

  @Test
  @WithTopology(text = MESSAGES, standIns = "sender")
  void sendsMessagesToAGuest(RunningTopology topology) throws InterruptedException {
    try (Publisher publisher =
        Publisher.open(topology.standIn("sender"), "messages", 1024, 1, Waiting.SPIN_THEN_BELL)) {
      topology.awaitChannel("messages", "receiver");

      int answer = publisher.send(1, "nonsense".getBytes(UTF_8), Duration.ofSeconds(30));

      assertThat(answer).isEqualTo(Answer.OK);
      assertThat(topology.vm("receiver").awaitStop()).isInstanceOf(StopReason.GuestFailure.class);
    }
  }

  @Test
  @WithTopology(text = MESSAGES)
  void letsGuestsTalkAmongThemselves(RunningTopology topology) {
    topology.awaitChannels(
        "all have left", _ -> topology.vms().stream().allMatch(GuestVm::hasStopped));

    topology.awaitExit(0);
    topology.assertNothingLeft();
  }

  @Test
  @WithTopology(
      text = "[vm.wild]\nkernel = \"../guests/bin/wild-jump.elf\"\nappend = \"vector=0\"\n")
  void learnsWhyAVcpuCouldNotGoOn(RunningTopology topology) {
    assertThat(topology.vm("wild").awaitStop()).isInstanceOf(StopReason.Fault.class);
  }
}
