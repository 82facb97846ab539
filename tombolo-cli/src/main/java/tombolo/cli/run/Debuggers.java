// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.debug.Freeze;
import tombolo.debug.GdbServer;
import tombolo.debug.LiveTarget;
import tombolo.debug.Target;
import tombolo.topology.InputException;
import tombolo.topology.run.RunReport;
import tombolo.topology.run.RunningVm;
import tombolo.topology.run.StopOutcome;
import tombolo.topology.run.TopologyRun;

/**
 * The ports of one run at which debuggers find its VMs. Used by the thread of the run, which closes
 * it.
 */
final class Debuggers implements AutoCloseable {
  private final List<LiveTarget> targets = new ArrayList<>();
  private final Map<String, GdbServer> servers = new TreeMap<>();

  private Debuggers() {}

  /**
   * Opens a port for each VM that wants one. Called before the VMs boot.
   *
   * @param say is told what a person has to know
   * @param kill ends the run; waits for nobody
   * @throws InputException if a port cannot be opened
   */
  static Debuggers open(TopologyRun run, Host host, Consumer<String> say, Runnable kill) {
    Debuggers debuggers = new Debuggers();
    Freeze freeze = new Freeze(() -> run.vms().stream().map(RunningVm::vm).toList());
    try {
      for (RunningVm vm : run.vms()) {
        Integer port = vm.spec().gdb();
        if (port != null) {
          LiveTarget target = new LiveTarget(vm.vm(), freeze, kill);
          debuggers.targets.add(target);
          debuggers.servers.put(vm.name(), open(target, port, host, say));
        }
      }
    } catch (RuntimeException | Error e) {
      debuggers.close();
      throw e;
    }
    return debuggers;
  }

  /**
   * Opens a port for one VM.
   *
   * @throws InputException if it cannot be opened
   */
  static GdbServer open(Target target, int port, Host host, Consumer<String> say) {
    try {
      return GdbServer.open(target, port, host.services().clock(), say);
    } catch (IOException e) {
      throw new InputException(
          "gdb's port %d for %s: %s; choose another one"
              .formatted(port, target.name(), e.getMessage()));
    }
  }

  /** Returns what a person does next. */
  static String invitation(String vm, int port) {
    return "%s waits for gdb: gdb-multiarch KERNEL -ex 'target remote 127.0.0.1:%d'"
        .formatted(vm, port);
  }

  /**
   * The VMs were booted: those with a port wait for their debuggers, and with them all others.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  void booted(Consumer<String> say) throws InterruptedException {
    for (LiveTarget target : targets) {
      target.awaitStart();
    }
    targets.forEach(LiveTarget::booted);
    servers.forEach(
        (vm, server) -> {
          server.serve();
          say.accept(invitation(vm, server.port()));
        });
  }

  /** The run is over. */
  void ended(RunReport report) {
    servers.forEach((vm, server) -> server.exited(status(report, vm)));
  }

  private static int status(RunReport report, String vm) {
    @Nullable StopOutcome own =
        report.outcomes().stream()
            .filter(outcome -> outcome.vm().equals(vm))
            .findFirst()
            .orElse(null);
    return own == null ? 0 : own.status();
  }

  @Override
  public void close() {
    servers.values().forEach(GdbServer::close);
  }
}
