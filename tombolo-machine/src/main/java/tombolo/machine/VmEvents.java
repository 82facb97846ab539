// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;
import tombolo.machine.power.StopReason;

/**
 * A VM's life as JDK Flight Recorder sees it. Where nobody records, the events are not even loaded:
 * to register them takes a good part of the time to a guest's first output.
 */
@SuppressWarnings("UnusedVariable") // JDK Flight Recorder reads the fields
final class VmEvents {
  private VmEvents() {}

  /** Tells of a boot. */
  static void started(VmConfig config) {
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    Started event = new Started();
    if (event.shouldCommit()) {
      event.vm = config.name();
      event.vcpus = config.vcpus();
      event.memory = config.memoryBytes();
      event.commit();
    }
  }

  /** Tells of a stop, with what was counted until then. */
  static void stopped(VmConfig config, StopReason reason, VmStatistics statistics) {
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    Stopped event = new Stopped();
    if (event.shouldCommit()) {
      event.vm = config.name();
      event.reason = reason.describe();
      event.retiredInstructions = statistics.retiredInstructions();
      event.unknownAccesses = statistics.unknownAccesses();
      event.readOnlyStores = statistics.readOnlyStores();
      event.commit();
    }
    for (ExitKind kind : ExitKind.values()) {
      Exits exits = new Exits();
      if (exits.shouldCommit()) {
        exits.vm = config.name();
        exits.kind = kind.name();
        exits.count = statistics.exits(kind);
        exits.commit();
      }
    }
  }

  @Name("tombolo.VmStarted")
  @Label("VM Started")
  @Category("Tombolo")
  @StackTrace(false)
  private static final class Started extends Event {
    @Label("VM")
    @Nullable String vm;

    @Label("vCPUs")
    int vcpus;

    @Label("Memory")
    @DataAmount
    long memory;
  }

  @Name("tombolo.VmStopped")
  @Label("VM Stopped")
  @Category("Tombolo")
  @StackTrace(false)
  private static final class Stopped extends Event {
    @Label("VM")
    @Nullable String vm;

    @Label("Reason")
    @Nullable String reason;

    @Label("Retired Instructions")
    long retiredInstructions;

    @Label("Unknown Accesses")
    long unknownAccesses;

    @Label("Read-Only Stores")
    long readOnlyStores;
  }

  @Name("tombolo.VcpuExits")
  @Label("vCPU Exits")
  @Description("Exits of one kind since the VM was made, told when it stops")
  @Category("Tombolo")
  @StackTrace(false)
  private static final class Exits extends Event {
    @Label("VM")
    @Nullable String vm;

    @Label("Kind")
    @Nullable String kind;

    @Label("Count")
    long count;
  }
}
