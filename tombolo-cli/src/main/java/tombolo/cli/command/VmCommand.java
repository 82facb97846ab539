// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tombolo.cli.view.RefusedException;
import tombolo.cli.view.RunningTopologies;
import tombolo.topology.run.ExitStatus;

/** A command that acts on a running VM, of a topology or of {@code tombolo boot}. */
@Command(
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:refused, for example because the VM is in another state; the message says why",
      "2:no such VM is running, or several have this name",
      "74:the output could not be written",
      "141:the reader of the output has gone"
    })
abstract class VmCommand implements Callable<Integer> {
  private static final int NOT_DONE = 1;

  @Parameters(
      paramLabel = "VM",
      description = {
        "a name, as tombolo ps shows it. If several VMs have this name, put the process's number or"
            + " the topology before it: 4711/alice, or greeting/alice for examples/greeting.toml."
            + " The number alone names the only VM of that process"
      })
  private String vm;

  @Spec private CommandSpec spec;

  /** {@code tombolo stop}. */
  @Command(
      name = "stop",
      description =
          "Stops a running VM. Its topology does not boot it again, and ends with its last VM.")
  static final class Stop extends VmCommand {}

  /** {@code tombolo kill}. */
  @Command(
      name = "kill",
      description =
          "Ends a running VM as a failure would. Its topology boots it again if its file says so.")
  static final class Kill extends VmCommand {}

  /** {@code tombolo suspend}. */
  @Command(
      name = "suspend",
      description =
          "Halts a running VM where it is. Its clock goes on; tombolo resume continues it.")
  static final class Suspend extends VmCommand {}

  /** {@code tombolo resume}. */
  @Command(name = "resume", description = "Continues a VM that tombolo suspend has halted.")
  static final class Resume extends VmCommand {}

  /** {@code tombolo reboot}. */
  @Command(
      name = "reboot",
      description =
          "Boots a running VM anew, as a reset button does: the guest has no time to write its"
              + " disks.")
  static final class Reboot extends VmCommand {}

  @Override
  public Integer call() {
    try {
      PrintWriter out = spec.commandLine().getOut();
      out.println(RunningTopologies.act(spec.name(), vm));
      out.flush();
      return ExitStatus.GOOD;
    } catch (RefusedException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("%s: %s".formatted(spec.qualifiedName(), e.getMessage()));
      err.flush();
      return NOT_DONE;
    }
  }
}
