// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The {@code tombolo} command. A subcommand is one class of this package, named in {@link
 * #subcommands}.
 *
 * <p>Exit status: what the subcommand returns; 2 where a person gave the command something that it
 * cannot work with, with one line on standard error that says what.
 */
@Command(
    name = "tombolo",
    description = "Runs virtual machines inside a Java process and joins them by shared memory.",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  /** What a person gave cannot be worked with. */
  static final int USAGE = CommandLine.ExitCode.USAGE;

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs the command and exits with its status. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command with all its subcommands, ready to execute. */
  static CommandLine commandLine() {
    CommandLine command = new CommandLine(new Main());
    for (Object subcommand : subcommands()) {
      command.addSubcommand(subcommand);
    }
    // After the subcommands: these settings apply to those that are there.
    return command.setParameterExceptionHandler(Main::explain);
  }

  /** The subcommands, in the order in which help lists them. */
  private static Object[] subcommands() {
    return new Object[] {};
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }

  private static int explain(ParameterException mistake, String[] arguments) {
    CommandLine command = mistake.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    String what =
        Objects.requireNonNullElse(mistake.getMessage(), "").lines().findFirst().orElse("");
    err.println(name + ": " + what + " (try " + name + " --help)");
    err.flush();
    return USAGE;
  }
}
