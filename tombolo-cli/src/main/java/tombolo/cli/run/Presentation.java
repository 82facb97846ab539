// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import tombolo.topology.MemorySize;
import tombolo.topology.run.RunReport;
import tombolo.topology.run.RunningVm;
import tombolo.topology.run.StopOutcome;

/**
 * The words in which {@code tombolo boot} and {@code tombolo run} differ; their run is the same.
 */
public sealed interface Presentation {
  /** Returns the command, with which messages begin. */
  String command();

  /** Returns what tables show as the topology: its file, or the kernel of a VM without one. */
  String file();

  /**
   * Returns a line about a Linux kernel that has panicked.
   *
   * @param vm its VM's name
   * @param reason the kernel's, in its words
   */
  String panicked(String vm, String reason);

  /** Returns a line about a VM that failed, if the exit status alone does not tell. */
  Optional<String> failed(StopOutcome outcome);

  /** Returns what the host has stopped and cleaned up, in words. */
  String stopped(RunReport report, List<RunningVm> vms);

  /** Returns a VM's counters as they are printed. */
  List<String> counters(RunningVm vm, double seconds);

  /** One VM, whose console is the process's own. */
  record OneVm(String file) implements Presentation {
    @Override
    public String command() {
      return "tombolo boot";
    }

    @Override
    public String panicked(String vm, String reason) {
      return "the guest's kernel has panicked (%s): %s"
          .formatted(reason, PanicWatch.advice(reason, "--"));
    }

    @Override
    public Optional<String> failed(StopOutcome outcome) {
      return outcome.line();
    }

    @Override
    public String stopped(RunReport report, List<RunningVm> vms) {
      RunningVm vm = vms.getFirst();
      return String.format(
          Locale.ROOT,
          "stopped VM %s with %d vCPU(s) after %.1f s",
          vm.name(),
          vm.spec().vcpus(),
          report.seconds());
    }

    @Override
    public List<String> counters(RunningVm vm, double seconds) {
      return Counters.lines(vm.vm(), vm.spec().platform().accelerator(), seconds);
    }
  }

  /** The VMs of a file, with their names before their lines. */
  record ManyVms(String file) implements Presentation {
    @Override
    public String command() {
      return "tombolo run";
    }

    @Override
    public String panicked(String vm, String reason) {
      return "%s: its kernel has panicked (%s): %s"
          .formatted(vm, reason, PanicWatch.advice(reason, ""));
    }

    @Override
    public Optional<String> failed(StopOutcome outcome) {
      return outcome
          .line()
          .or(
              () ->
                  Optional.of("%s failed with code %d".formatted(outcome.vm(), outcome.status())));
    }

    @Override
    public String stopped(RunReport report, List<RunningVm> vms) {
      return String.format(
          Locale.ROOT,
          "stopped %s after %.1f s, and gave back %d channel%s, %s",
          report.stopped().isEmpty() ? "nothing" : String.join(", ", report.stopped()),
          report.seconds(),
          report.channels(),
          report.channels() == 1 ? "" : "s",
          MemorySize.describe(report.channelBytes()));
    }

    @Override
    public List<String> counters(RunningVm vm, double seconds) {
      return Stream.concat(
              Stream.of(vm.name() + ":"),
              Counters.lines(vm.vm(), vm.spec().platform().accelerator(), seconds).stream()
                  .map(line -> "  " + line))
          .toList();
    }
  }
}
