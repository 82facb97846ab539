// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.cli.run.Host;

/** Makes the subcommands of {@code tombolo}. */
public final class Subcommands {
  private Subcommands() {}

  /** Returns what makes each subcommand, by its name, in the order in which help lists them. */
  private static SequencedMap<String, Supplier<Object>> makers(Host host) {
    SequencedMap<String, Supplier<Object>> makers = new LinkedHashMap<>();
    makers.put("run", () -> new RunCommand(host));
    makers.put("boot", () -> new BootCommand(host));
    makers.put("explore", () -> new ExploreCommand(host));
    makers.put("replay", () -> new ReplayCommand(host));
    makers.put("image", ImageCommand::new);
    makers.put("check", () -> new CheckCommand(host));
    makers.put("ps", TableCommand.Ps::new);
    makers.put("channels", TableCommand.Channels::new);
    makers.put("top", () -> new TopCommand(host));
    makers.put("stop", VmCommand.Stop::new);
    makers.put("kill", VmCommand.Kill::new);
    makers.put("suspend", VmCommand.Suspend::new);
    makers.put("resume", VmCommand.Resume::new);
    makers.put("reboot", VmCommand.Reboot::new);
    makers.put("doctor", () -> new DoctorCommand(host));
    return makers;
  }

  /** Returns whether a command line may be that of a subcommand that runs VMs. */
  public static boolean runsVms(String... arguments) {
    return arguments.length > 0 && (arguments[0].equals("run") || arguments[0].equals("boot"));
  }

  /** Returns one of each, in the order in which help lists them. */
  public static List<Object> all(Host host) {
    return makers(host).values().stream().map(Supplier::get).toList();
  }

  /**
   * Returns those that a command line can reach: the one that its first word names, or all if that
   * word is another one. Most of a short command's time goes into reading its options' annotations,
   * so it does not read those of the others.
   */
  public static List<Object> reachable(Host host, String... arguments) {
    @Nullable Supplier<Object> named =
        arguments.length == 0 ? null : makers(host).get(arguments[0]);
    return named == null ? all(host) : List.of(named.get());
  }
}
