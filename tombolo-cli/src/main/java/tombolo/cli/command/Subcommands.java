// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.util.List;
import tombolo.cli.run.Host;

/** Makes the subcommands of {@code tombolo}. */
public final class Subcommands {
  private Subcommands() {}

  /** Returns one of each, in the order in which help lists them. */
  public static List<Object> all(Host host) {
    return List.of(
        new RunCommand(host),
        new BootCommand(host),
        new ImageCommand(),
        new CheckCommand(host),
        new TableCommand.Ps(),
        new TableCommand.Channels(),
        new TopCommand(host),
        new VmCommand.Stop(),
        new VmCommand.Kill(),
        new VmCommand.Suspend(),
        new VmCommand.Resume(),
        new VmCommand.Reboot(),
        new DoctorCommand(host));
  }
}
