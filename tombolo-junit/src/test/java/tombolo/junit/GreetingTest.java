// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import tombolo.ivc.HostChannel;
import tombolo.ivc.abi.Shape;

/** The example of README.md, which has the same lines: what an author of guests would write. */
// README: begin
@WithTopology("../examples/greeting.toml")
class GreetingTest {
  @Test
  void theTwoGreetEachOther(RunningTopology topology) {
    topology.vm("bob").awaitLine("I read:  Hello from my island!");
    topology.vm("alice").awaitLine("I read:  Yes!");
    topology.awaitExit(0); // both power off,
    topology.assertNothingLeft(); // and no channel is left
  }

  @Test
  @WithTopology(value = "../examples/greeting.toml", standIns = "alice")
  void bobAnswersWhoeverIsAlice(RunningTopology topology) {
    HostChannel channel = topology.standIn("alice").publish("greetings", Shape.raw(16384));
    topology.awaitChannel("greetings", "bob"); // until bob has joined it
    channel.memory().setString(24, "Hello from a test!");
    channel.memory().set(ValueLayout.JAVA_INT, 16, 1); // it can be read
    topology.vm("bob").awaitLine("I read:  Hello from a test!");
    topology.vm("bob").awaitExit(0);
  }
}
// README: end
