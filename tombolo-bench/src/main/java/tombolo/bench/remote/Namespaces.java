// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.remote;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tombolo.bench.suite.BenchmarkException;

/**
 * Two network namespaces in a user namespace of their own, which needs no root. A process that
 * waits for its standard input holds each; they go with these processes. Used by one thread.
 */
public final class Namespaces implements AutoCloseable {
  /** The address in the first namespace. */
  public static final String EAST = "10.9.7.1";

  /** The address in the second one. */
  public static final String WEST = "10.9.7.2";

  /** Says that the namespace is there, and then waits. */
  private static final String HOLD = "echo there; exec cat";

  private final Process east;
  private final Process west;

  private Namespaces(Process east, Process west) {
    this.east = east;
    this.west = west;
  }

  /**
   * Makes and joins them.
   *
   * @throws BenchmarkException if this system does not allow it, or unshare, nsenter or ip is
   *     missing
   */
  public static Namespaces open() throws InterruptedException {
    List<Process> holders = new ArrayList<>();
    boolean made = false;
    try {
      holders.add(hold(List.of("unshare", "--user", "--map-root-user", "--net")));
      List<String> inside = inside(holders.getFirst());
      List<String> second = new ArrayList<>(inside);
      second.addAll(List.of("unshare", "--net"));
      holders.add(hold(second));
      Namespaces both = new Namespaces(holders.get(0), holders.get(1));
      both.join();
      made = true;
      return both;
    } finally {
      if (!made) {
        holders.forEach(Process::destroyForcibly);
      }
    }
  }

  private static Process hold(List<String> prefix) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of("sh", "-c", HOLD));
    try {
      Process holder =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      @SuppressWarnings("resource") // belongs to the process
      BufferedReader said = holder.inputReader();
      if (said.readLine() == null) {
        throw new BenchmarkException("this system allows no network namespace");
      }
      return holder;
    } catch (IOException e) {
      throw new BenchmarkException("no network namespace: " + e.getMessage());
    }
  }

  private static List<String> inside(Process holder) {
    return List.of(
        "nsenter",
        "--target",
        String.valueOf(holder.pid()),
        "--user",
        "--preserve-credentials",
        "--net");
  }

  private void join() throws InterruptedException {
    inEast("ip link add east type veth peer name west netns " + west.pid());
    inEast("ip address add " + EAST + "/24 dev east");
    inEast("ip link set east up");
    inEast("ip link set lo up");
    run(inside(west), "ip address add " + WEST + "/24 dev west");
    run(inside(west), "ip link set west up");
    run(inside(west), "ip link set lo up");
  }

  private void inEast(String command) throws InterruptedException {
    run(inside(east), command);
  }

  private static void run(List<String> prefix, String command) throws InterruptedException {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(List.of(command.split(" ")));
    try {
      int status = new ProcessBuilder(whole).inheritIO().start().waitFor();
      if (status != 0) {
        throw new BenchmarkException("%s: exit status %d".formatted(command, status));
      }
    } catch (IOException e) {
      throw new BenchmarkException("%s: %s".formatted(command, e.getMessage()));
    }
  }

  /** Returns the beginning of a command that runs in the first namespace. */
  public List<String> east() {
    return inside(east);
  }

  /** Returns the beginning of a command that runs in the second one. */
  public List<String> west() {
    return inside(west);
  }

  @Override
  public void close() {
    west.destroyForcibly().onExit().join();
    east.destroyForcibly().onExit().join();
  }
}
