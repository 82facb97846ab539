// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tombolo.cli.run.Host;
import tombolo.cli.view.Json;
import tombolo.machine.Availability;
import tombolo.memory.HostMemory;
import tombolo.memory.HostMemoryException;
import tombolo.topology.PhysicalMemory;
import tombolo.topology.Platform;

/**
 * What this machine supports, as found just now.
 *
 * @param java version and vendor of the JDK
 * @param os name and version of the operating system
 * @param architecture of the host, as Java calls it
 * @param processors that this process may use
 * @param memoryBytes of the host, or of the container
 * @param freeMemoryBytes of these
 * @param accelerators in the order of preference
 * @param kvmDevice whether the host has {@code /dev/kvm}; nothing here uses it yet
 * @param bridges what the host has for bridges to other hosts
 * @param sharing why memory cannot be shared with other processes, or null if it can
 */
record Diagnosis(
    String java,
    String os,
    String architecture,
    int processors,
    long memoryBytes,
    long freeMemoryBytes,
    List<Checkup> accelerators,
    boolean kvmDevice,
    BridgeCheckup bridges,
    @Nullable String sharing) {
  /**
   * What was found of an accelerator.
   *
   * @param maxVcpus a VM
   * @param maxMemoryBytes a VM: what its board has room for and the host has
   */
  record Checkup(String name, Availability availability, int maxVcpus, long maxMemoryBytes) {
    boolean works() {
      return availability instanceof Availability.Available;
    }
  }

  static Diagnosis of(Host host) {
    long memory = host.memoryBytes().getAsLong();
    return new Diagnosis(
        Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        memory,
        PhysicalMemory.freeBytes(),
        host.platforms().stream().map(platform -> checkup(platform, memory)).toList(),
        Files.exists(Path.of("/dev/kvm")),
        BridgeCheckup.now(),
        whyNotShareable());
  }

  private static Checkup checkup(Platform platform, long memory) {
    return new Checkup(
        platform.name(),
        platform.accelerator().availability(),
        platform.accelerator().maxVcpus(),
        Math.min(platform.board().maxRam(), memory - memory % HostMemory.PAGE_SIZE));
  }

  /** Tries to allocate a page that another process could map and nobody could resize. */
  private static @Nullable String whyNotShareable() {
    try (HostMemory page = HostMemory.allocateShareable("doctor", HostMemory.PAGE_SIZE)) {
      return page.fileDescriptor().isPresent() ? null : "no sealed memfd on this system";
    } catch (HostMemoryException e) {
      return e.getMessage();
    }
  }

  /** Whether a VM can run here. */
  boolean works() {
    return accelerators.stream().anyMatch(Checkup::works);
  }

  /** Returns lines for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line("JDK", java));
    lines.add(line("host", os + ", " + architecture + ", " + processors + " processors"));
    lines.add(
        line(
            "memory",
            "%d MiB, %d MiB of them free".formatted(memoryBytes >> 20, freeMemoryBytes >> 20)));
    for (Checkup accelerator : accelerators) {
      lines.add(line("accelerator " + accelerator.name(), describe(accelerator)));
    }
    lines.add(
        line("shared memory", sharing == null ? "works: sealed memfd" : "does not: " + sharing));
    lines.add(line("bridges", bridges.describe()));
    lines.add(
        line(
            "/dev/kvm",
            (kvmDevice ? "present" : "not present") + "; this version does not use it"));
    return lines;
  }

  private static String describe(Checkup accelerator) {
    return switch (accelerator.availability()) {
      case Availability.Available(String detail) ->
          "works: %s; a VM has 1 to %d vCPUs and at most %d MiB"
              .formatted(detail, accelerator.maxVcpus(), accelerator.maxMemoryBytes() >> 20);
      case Availability.Unavailable(String reason, String remedy) ->
          "does not work: " + reason + "; " + remedy;
    };
  }

  private static String line(String name, String value) {
    return "%-18s %s".formatted(name, value);
  }

  /** Returns a value for {@link Json}. */
  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("works", works());
    all.put("java", java);
    all.put("os", os);
    all.put("architecture", architecture);
    all.put("processors", processors);
    all.put("memoryBytes", memoryBytes);
    all.put("freeMemoryBytes", freeMemoryBytes);
    all.put("accelerators", accelerators.stream().map(Diagnosis::json).toList());
    all.put("sharedMemory", sharing == null);
    all.put("sharedMemoryProblem", sharing);
    all.put("bridgeProblems", bridges.problems());
    all.put("kvmDevice", kvmDevice);
    return all;
  }

  private static Map<String, Object> json(Checkup accelerator) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", accelerator.name());
    entry.put("works", accelerator.works());
    switch (accelerator.availability()) {
      case Availability.Available(String detail) -> entry.put("detail", detail);
      case Availability.Unavailable(String reason, String remedy) -> {
        entry.put("reason", reason);
        entry.put("remedy", remedy);
      }
    }
    entry.put("maxVcpus", accelerator.maxVcpus());
    entry.put("maxMemoryBytes", accelerator.maxMemoryBytes());
    return entry;
  }
}
