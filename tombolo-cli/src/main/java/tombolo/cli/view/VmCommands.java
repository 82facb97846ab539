// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tombolo.topology.run.RunningVm;
import tombolo.topology.run.TopologyRun;

/**
 * Acts on the VMs of a run for other commands: stop, kill, suspend, resume and reboot.
 *
 * <p>Thread-safe. One command at a time acts on a VM; others are refused meanwhile, so that clients
 * can have no more of them under way than there are VMs. Faces the host: each command has a daemon
 * thread, and its client waits there for a while. A command that takes longer goes on without it.
 */
public final class VmCommands {

  /** How long a client waits for its command. */
  static final long PATIENCE_NANOS = 10_000_000_000L;

  private static final String DONE = "done";
  private static final String REFUSED = "refused";

  /** What a command does to a VM. */
  private interface Action {
    void act(RunningVm vm);
  }

  /**
   * A command.
   *
   * @param done what the VM is then
   */
  private record Command(String done, Action action) {}

  private static final Map<String, Command> COMMANDS =
      Map.of(
          "stop", new Command("stopped", vm -> vm.stop("stopped by tombolo stop")),
          "kill", new Command("killed", vm -> vm.kill("killed by tombolo kill")),
          "suspend", new Command("suspended", vm -> vm.vm().suspend()),
          "resume", new Command("running again", vm -> vm.vm().resume()),
          "reboot", new Command("booted anew", vm -> vm.vm().reset()));

  private final TopologyRun run;
  private final Consumer<String> say;
  private final Set<String> busy = new TreeSet<>(); // guarded by this

  /**
   * Acts on the VMs of a run.
   *
   * @param say prints a line for the person at the run's terminal, about each command
   */
  public VmCommands(TopologyRun run, Consumer<String> say) {
    this.run = run;
    this.say = say;
  }

  /** Returns a command's request as it crosses the socket. */
  static String request(String verb, String vm) {
    return verb + "\t" + vm;
  }

  /** Returns whether a line is a request of this kind. */
  static boolean isRequest(String line) {
    return line.indexOf('\t') >= 0;
  }

  /**
   * Returns what was done, from an answer.
   *
   * @throws RefusedException if it was not done
   */
  static String parse(String answer) throws RefusedException {
    List<String> words = List.of(answer.split("\t", 2));
    String text = Table.clean(words.getLast().strip());
    if (words.size() == 2 && words.getFirst().equals(DONE)) {
      return text;
    }
    throw new RefusedException(text);
  }

  /** Does what a request says; returns the answer, a line with its newline. Any thread. */
  String answer(String request) {
    List<String> words = List.of(request.split("\t", 2));
    Command command = COMMANDS.get(words.getFirst());
    RunningVm vm =
        run.vms().stream()
            .filter(one -> one.name().equals(words.getLast()))
            .findFirst()
            .orElse(null);
    if (command == null || vm == null) {
      return line(REFUSED, words.getLast() + ": no such VM or command");
    }
    synchronized (this) {
      if (!busy.add(vm.name())) {
        return line(REFUSED, vm.name() + ": another command acts on it; wait for that one");
      }
    }
    Running running = new Running(vm, command);
    Thread.ofPlatform().daemon(true).name("tombolo/command").start(running);
    return running.await();
  }

  private static String line(String outcome, String text) {
    return outcome + "\t" + Table.clean(text) + "\n";
  }

  /** A command under way. */
  private final class Running implements Runnable {
    private final RunningVm vm;
    private final Command command;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String answer = "";

    Running(RunningVm vm, Command command) {
      this.vm = vm;
      this.command = command;
    }

    @Override
    public void run() {
      try {
        if (vm.end().isPresent()) {
          answer = line(REFUSED, "%s has stopped already".formatted(vm.name()));
          return;
        }
        command.action.act(vm);
        String done = vm.name() + " is " + command.done;
        answer = line(DONE, done);
        say.accept(done + ", by another command");
      } catch (IllegalStateException e) { // Its state is another one by now.
        answer = line(REFUSED, String.valueOf(e.getMessage()));
      } catch (RuntimeException | Error e) {
        answer = line(REFUSED, vm.name() + ": internal error: " + e);
        System.getLogger(VmCommands.class.getName())
            .log(System.Logger.Level.WARNING, vm.name() + ": a command failed", e);
      } finally {
        synchronized (VmCommands.this) {
          busy.remove(vm.name());
        }
        ended.countDown();
      }
    }

    String await() {
      try {
        if (ended.await(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
          return answer;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return line(REFUSED, vm.name() + ": not done yet; it goes on, see tombolo ps");
    }
  }
}
