// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tombolo.machine.ExitKind;
import tombolo.machine.Vcpu;
import tombolo.machine.Vm;
import tombolo.machine.VmStatistics;

/** The lines that {@code --stats} prints when a VM has stopped; its counters are exact by then. */
final class Counters {
  private Counters() {}

  /**
   * @param seconds from boot to stop
   */
  static List<String> lines(Vm vm, double seconds) {
    VmStatistics statistics = vm.statistics();
    long retired = statistics.retiredInstructions();
    return List.of(
        line("wall time", String.format(Locale.ROOT, "%.3f s", seconds)),
        line("instructions", number(retired) + byVcpu(vm.board().vcpus())),
        line("speed", String.format(Locale.ROOT, "%.1f MIPS", retired / seconds / 1e6)),
        line("code evictions", number(statistics.evictedCodePages()) + " pages"),
        line("exits", exits(statistics.exits())),
        line("unknown accesses", number(statistics.unknownAccesses())),
        line("read-only stores", number(statistics.readOnlyStores())),
        line("unknown hypercalls", number(statistics.unknownHypercalls())));
  }

  private static String byVcpu(List<? extends Vcpu> vcpus) {
    if (vcpus.size() == 1) {
      return "";
    }
    return vcpus.stream()
        .map(vcpu -> "vCPU " + vcpu.index() + ": " + number(vcpu.retiredInstructions()))
        .collect(Collectors.joining(", ", " (", ")"));
  }

  private static String exits(Map<ExitKind, Long> exits) {
    String kinds =
        exits.entrySet().stream()
            .filter(kind -> kind.getValue() > 0)
            .map(kind -> word(kind.getKey()) + " " + number(kind.getValue()))
            .collect(Collectors.joining(", "));
    return kinds.isEmpty() ? "none" : kinds;
  }

  private static String word(ExitKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ').replace("mmio", "MMIO");
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String line(String name, String value) {
    return String.format(Locale.ROOT, "%-19s %s", name, value);
  }
}
