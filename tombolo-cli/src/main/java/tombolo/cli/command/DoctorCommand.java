// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tombolo.cli.run.Host;
import tombolo.cli.view.Json;
import tombolo.topology.run.ExitStatus;

/**
 * {@code tombolo doctor}: reports what this machine supports, and remedies for what it does not.
 */
@Command(
    name = "doctor",
    description = "Reports what this machine supports: accelerators, JDK, memory, limits.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:at least one accelerator works",
      "1:no accelerator works",
      "74:the output could not be written",
      "141:the reader of the output has gone"
    })
final class DoctorCommand implements Callable<Integer> {
  /** The exit status if no VM can run here. */
  private static final int NO_ACCELERATOR = 1;

  @Option(names = "--json", description = "print JSON")
  private boolean json;

  @Spec private CommandSpec spec;

  private final Host host;

  DoctorCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    Diagnosis diagnosis = Diagnosis.of(host);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.write(diagnosis.json()));
    } else {
      diagnosis.lines().forEach(out::println);
    }
    out.flush();
    return diagnosis.works() ? ExitStatus.GOOD : NO_ACCELERATOR;
  }
}
