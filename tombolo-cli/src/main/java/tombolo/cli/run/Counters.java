// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tombolo.machine.Accelerator;
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
  static List<String> lines(Vm vm, Accelerator accelerator, double seconds) {
    VmStatistics statistics = vm.statistics();
    long retired = statistics.retiredInstructions();
    List<String> lines = new ArrayList<>();
    Collections.addAll(
        lines,
        line("wall time", String.format(Locale.ROOT, "%.3f s", seconds)),
        line("instructions", number(retired) + byVcpu(vm.board().vcpus())),
        line("speed", String.format(Locale.ROOT, "%.1f MIPS", retired / seconds / 1e6)),
        line("code evictions", number(statistics.evictedCodePages()) + " pages"),
        line("exits", exits(statistics.exits())),
        line("unknown accesses", number(statistics.unknownAccesses())),
        line("read-only stores", number(statistics.readOnlyStores())),
        line("unknown hypercalls", number(statistics.unknownHypercalls())));
    Map<String, Long> engine = new LinkedHashMap<>(accelerator.engineFigures());
    if (!engine.isEmpty()) {
      engine.putAll(statistics.engineFigures());
      engine.put("JIT compiler", jitMillis());
    }
    engine.forEach(
        (name, value) -> lines.add(line(name, number(value) + unit(name, value, retired))));
    return lines;
  }

  private static String unit(String name, long value, long retired) {
    return switch (name) {
      case "in regions" ->
          String.format(
              Locale.ROOT, " instructions, %.1f %%", 100.0 * value / Math.max(retired, 1));
      case "region bytecode" -> " bytes";
      case "JIT compiler" -> " ms";
      default -> "";
    };
  }

  /** Returns the JIT compiler's time since this process began; 0 if it does not say. */
  private static long jitMillis() {
    CompilationMXBean jit = ManagementFactory.getCompilationMXBean();
    return jit != null && jit.isCompilationTimeMonitoringSupported()
        ? jit.getTotalCompilationTime()
        : 0;
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
