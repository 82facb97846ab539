// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import tombolo.cli.command.Subcommands;
import tombolo.cli.run.FailureLog;
import tombolo.cli.run.HeadStart;
import tombolo.cli.run.Host;
import tombolo.cli.stream.CommandOutput;
import tombolo.cli.stream.PatientOutput;
import tombolo.machine.image.ImageException;
import tombolo.machine.virtio.DiskImageException;
import tombolo.memory.HostMemoryException;
import tombolo.topology.InputException;
import tombolo.topology.file.TopologyException;
import tombolo.topology.run.ExitStatus;

/**
 * The {@code tombolo} command. {@link Subcommands} lists the subcommands.
 *
 * <p>The exit status is the subcommand's, or {@link ExitStatus#USAGE} if a person gave it something
 * that cannot be used, {@link ExitStatus#OUTPUT_FAILED} if what it printed could not be written, or
 * {@link ExitStatus#INTERNAL} for a mistake in Tombolo. These come with one line on standard error
 * that names the problem. {@link ExitStatus#OUTPUT_CLOSED} for a reader that has gone is quiet.
 */
@Command(
    name = "tombolo",
    description = "Runs virtual machines inside a Java process and joins them by shared memory.",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs the command and exits with its status. */
  public static void main(String[] arguments) {
    int status;
    Host host = Host.real();
    if (Subcommands.runsVms(arguments)) {
      HeadStart.begin(host.services());
    }
    // Messages are UTF-8, as standard output is. A descriptor without room loses none of them.
    System.setErr(
        new PrintStream(
            new PatientOutput(
                new FileOutputStream(FileDescriptor.err).getChannel(), host.services()),
            true,
            UTF_8));
    try {
      status = execute(host, arguments);
    } catch (Throwable e) { // also an OutOfMemoryError, which picocli lets through
      System.err.println(internalError("tombolo", e));
      status = ExitStatus.INTERNAL;
    }
    System.exit(status);
  }

  /**
   * Executes a command line.
   *
   * <p>The run that trains the start-up cache has a property with a kernel. It also makes all the
   * other subcommands and boots the kernel, because the cache holds what it has used.
   */
  private static int execute(Host host, String[] arguments) {
    @Nullable String kernel = System.getProperty("tombolo.training");
    if (kernel == null) {
      return commandLine(host, Subcommands.reachable(host, arguments)).execute(arguments);
    }
    int status = commandLine(host).execute("boot", kernel);
    return status == ExitStatus.GOOD ? commandLine(host).execute(arguments) : status;
  }

  /** Makes the command with all its subcommands, ready to execute. */
  static CommandLine commandLine(Host host) {
    return commandLine(host, Subcommands.all(host));
  }

  private static CommandLine commandLine(Host host, List<Object> subcommands) {
    CommandLine command = new CommandLine(new Main());
    for (Object subcommand : subcommands) {
      command.addSubcommand(subcommand);
    }
    command
        .getSubcommands()
        .values()
        .forEach(subcommand -> subcommand.getCommandSpec().versionProvider(new Version()));
    CommandOutput output = new CommandOutput(host.out());
    // After the subcommands: these settings apply to those that are there.
    return command
        .setOut(output.writer())
        .setErr(new PrintWriter(System.err, true, UTF_8))
        .setExecutionStrategy(parsed -> execute(parsed, output))
        .setParameterExceptionHandler(Main::explain)
        .setExecutionExceptionHandler(Main::explain);
  }

  /** Runs a command, help and version among them, and notices what it could not print. */
  private static int execute(ParseResult parsed, CommandOutput output) {
    int status = new CommandLine.RunLast().execute(parsed);
    IOException failure = output.flush();
    if (failure == null) {
      return status;
    }
    if (CommandOutput.isClosedPipe(failure)) { // a filter whose reader has gone is quiet
      return ExitStatus.OUTPUT_CLOSED;
    }
    CommandLine command = parsed.asCommandLineList().getLast();
    String name = command.getCommandSpec().qualifiedName();
    return complain(
        command, name + ": " + CommandOutput.describe(failure), ExitStatus.OUTPUT_FAILED);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }

  private static int explain(ParameterException mistake, String[] arguments) {
    CommandLine command = mistake.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String what =
        Objects.requireNonNullElse(mistake.getMessage(), "").lines().findFirst().orElse("");
    return complain(command, name + ": " + what + hint(mistake, name), ExitStatus.USAGE);
  }

  private static String hint(ParameterException mistake, String name) {
    List<String> similar =
        mistake instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    return similar.isEmpty()
        ? " (try " + name + " --help)"
        : " (did you mean " + String.join(" or ", similar) + "?)";
  }

  private static int explain(Exception failure, CommandLine command, ParseResult parsed) {
    String name = command.getCommandSpec().qualifiedName();
    return switch (failure) {
      case TopologyException mistakes -> // a line each, which begin with the file's name
          complain(command, mistakes.lines(), ExitStatus.USAGE);
      case InputException _, ImageException _, DiskImageException _, HostMemoryException _ ->
          complain(command, name + ": " + failure.getMessage(), ExitStatus.USAGE);
      default -> complain(command, internalError(name, failure), ExitStatus.INTERNAL);
    };
  }

  private static String internalError(String name, Throwable failure) {
    return "%s: internal error: %s; %s".formatted(name, failure, FailureLog.add(name, failure));
  }

  private static int complain(CommandLine command, String line, int status) {
    PrintWriter err = command.getErr();
    err.println(line);
    err.flush();
    return status;
  }
}
