// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The events of bridges in JDK Flight Recorder. Where nobody records, they are not even loaded. */
@SuppressWarnings("UnusedVariable") // JDK Flight Recorder reads the fields
final class BridgeEvents {
  private BridgeEvents() {}

  /** Another host has appeared, has fallen silent or has left, or the channel has come or gone. */
  static void changed(String channel, boolean outgoing, String hosts, String state) {
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    Changed event = new Changed();
    if (event.shouldCommit()) {
      event.channel = channel;
      event.direction = outgoing ? "to" : "from";
      event.hosts = hosts;
      event.state = state;
      event.commit();
    }
  }

  @Name("tombolo.BridgeChanged")
  @Label("Bridge Changed")
  @Category("Tombolo")
  @Description("A bridge has got another state")
  @StackTrace(false)
  private static final class Changed extends Event {
    @Label("Channel")
    String channel = "";

    @Label("Direction")
    String direction = "";

    @Label("Hosts")
    String hosts = "";

    @Label("State")
    String state = "";
  }
}
