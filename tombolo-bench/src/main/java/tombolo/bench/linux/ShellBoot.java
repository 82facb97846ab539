// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import tombolo.bench.suite.Report;
import tombolo.bench.suite.Samples;

/**
 * Measures the time from the command to the shell's first prompt, including the start of the JVM
 * and of QEMU. The two take turns.
 */
final class ShellBoot implements LinuxMeasurement {
  /** Busybox may ask the terminal for the cursor position after its prompt. */
  private static final Pattern PROMPT = Pattern.compile("# (\u001b\\[6n)?$");

  private static final int PATIENCE_SECONDS = 180;

  private final LinuxFiles linux;
  private final Path initrd;
  private final int harts;
  private final Map<Vmm, List<Double>> seconds = new EnumMap<>(Vmm.class);

  ShellBoot(LinuxFiles linux, int harts) throws InterruptedException {
    this.linux = linux;
    this.initrd = linux.shell();
    this.harts = harts;
    for (Vmm vmm : Vmm.values()) {
      seconds.put(vmm, new ArrayList<>());
    }
  }

  @Override
  public String name() {
    return "boot to a shell, %d hart%s".formatted(harts, harts == 1 ? "" : "s");
  }

  @Override
  public void measure() throws InterruptedException {
    for (Vmm vmm : Vmm.values()) {
      try (ConsoleProcess console = ConsoleProcess.start(vmm.boot(linux, initrd, harts, ""))) {
        double taken = console.awaitText(PROMPT, 1, PATIENCE_SECONDS) / 1e9;
        seconds.getOrDefault(vmm, List.of()).add(taken);
        console.type("exit\n");
        console.awaitSuccess(PATIENCE_SECONDS);
      }
    }
  }

  @Override
  public void forget() {
    seconds.values().forEach(List::clear);
  }

  @Override
  public void print(Report report) {
    String figure = "linux.boot.%d-hart".formatted(harts);
    report.line("");
    report.line(name() + ":");
    seconds.forEach(
        (vmm, taken) -> {
          Samples samples = new Samples(taken);
          report.line(
              String.format(
                  Locale.ROOT,
                  "  %-8s %6.2f s [%.2f–%.2f]",
                  vmm.label(),
                  samples.median(),
                  samples.min(),
                  samples.max()));
          report.figure(figure + "." + vmm.label(), samples.median(), "s");
        });
    List<Double> own = seconds.getOrDefault(Vmm.TOMBOLO, List.of());
    List<Double> qemu = seconds.getOrDefault(Vmm.QEMU, List.of());
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      ratios.add(own.get(i) / qemu.get(i));
    }
    report.figure(figure + ".in-qemus", new Samples(ratios).median(), "x");
  }
}
