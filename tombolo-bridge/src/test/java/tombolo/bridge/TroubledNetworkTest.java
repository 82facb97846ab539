// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.testing.WorkTree;

/**
 * Two hosts in processes of their own, with messages in both directions through a network that
 * loses 5 % of the datagrams, while processes are killed. A full run, as CONTRIBUTING.md says,
 * takes {@code -Dtombolo.bridge.messages=10000000 -Dtombolo.bridge.kills=100
 * -Dtombolo.bridge.delay=50 -Dtombolo.bridge.cut=30 -Dtombolo.bridge.mtu=65504}: Aeron recovers one
 * lost datagram in a round trip, so with small ones it would take half a day.
 */
@DisplayName("Bridges over a troubled network")
final class TroubledNetworkTest {
  private static final long MESSAGES = Long.getLong("tombolo.bridge.messages", 20_000);
  private static final int KILLS = Integer.getInteger("tombolo.bridge.kills", 2);
  private static final long DELAY_MILLIS = Long.getLong("tombolo.bridge.delay", 5);
  private static final long CUT_SECONDS = Long.getLong("tombolo.bridge.cut", 1);
  private static final int MTU = Integer.getInteger("tombolo.bridge.mtu", 1408);
  private static final long LIMIT_HOURS = 12;

  private static final String EAST = "east";
  private static final String WEST = "west";

  @TempDir private Path directory;
  private TroubledNetwork network;
  private int eastPort;
  private int westPort;
  private int doorToEast;
  private int doorToWest;
  private final List<Process> processes = new ArrayList<>();

  /** What a host says of its two streams. */
  private record State(
      long outSession, long out, long inSession, long in, long sent, long received) {
    static State parse(String line) {
      String[] words = line.split(" ", -1);
      return new State(
          Long.parseLong(words[1]),
          Long.parseLong(words[2]),
          Long.parseLong(words[4]),
          Long.parseLong(words[5]),
          Long.parseLong(words[7]),
          Long.parseLong(words[9]));
    }

    boolean hasArrived(State there) {
      return out == (there.inSession == outSession ? there.in : 0);
    }
  }

  @BeforeEach
  void open() throws IOException {
    network = new TroubledNetwork(0.05, 0.01, DELAY_MILLIS);
    eastPort = TwoHosts.freePort();
    westPort = TwoHosts.freePort();
    doorToEast = network.doorTo(eastPort);
    doorToWest = network.doorTo(westPort);
    network.start();
  }

  @AfterEach
  void close() throws Exception {
    processes.forEach(process -> process.destroyForcibly().onExit().join());
    network.close();
  }

  private Process start(String name, long messages) throws IOException {
    boolean east = name.equals(EAST);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-Dtombolo.bridge.mtu=" + MTU,
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            HostProgram.class.getName(),
            name,
            "127.0.0.1:" + (east ? eastPort : westPort),
            east ? WEST : EAST,
            "127.0.0.1:" + (east ? doorToWest : doorToEast),
            "from-" + name,
            "from-" + (east ? WEST : EAST),
            String.valueOf(messages),
            WorkTree.path("guests/bin").toString());
    Process process =
        new ProcessBuilder(command)
            .redirectError(Redirect.appendTo(directory.resolve(name + ".err").toFile()))
            .start();
    processes.add(process);
    return process;
  }

  private State ask(Process process, String name) throws IOException {
    Writer out = process.outputWriter(StandardCharsets.US_ASCII);
    String answer = null;
    try {
      out.write("?\n");
      out.flush();
      @SuppressWarnings("resource") // belongs to the process
      BufferedReader in = process.inputReader(StandardCharsets.US_ASCII);
      answer = in.readLine();
    } catch (IOException e) {
      answer = null; // it has ended, and its error says why
    }
    assertThat(answer).as(Files.readString(directory.resolve(name + ".err"))).isNotNull();
    return State.parse(String.valueOf(answer));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(20); // a look at two processes, until the test's own time-out
    }
  }

  @Test
  @Timeout(
      value = LIMIT_HOURS,
      unit = TimeUnit.HOURS,
      threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void losesNothingAndRepeatsNothingWhileHostsAreKilled() throws Exception {
    Random random = new Random(7);
    Process east = start(EAST, MESSAGES);
    Process west = start(WEST, MESSAGES);
    for (int kill = 0; kill < KILLS; kill++) {
      awaitProgress(east, west, MESSAGES / (4L * KILLS));
      if (kill == 0) {
        network.cut(true);
        TimeUnit.SECONDS.sleep(CUT_SECONDS);
        network.cut(false);
        awaitProgress(east, west, 1);
      }
      boolean first = random.nextBoolean();
      (first ? east : west).destroyForcibly().waitFor();
      if (first) {
        east = start(EAST, MESSAGES);
      } else {
        west = start(WEST, MESSAGES);
      }
    }
    Process oneEnd = east;
    Process otherEnd = west;
    await(() -> hasAllArrived(oneEnd, otherEnd));
  }

  /** Waits until both hosts have received so many messages more. */
  private void awaitProgress(Process east, Process west, long more) throws Exception {
    long here = ask(east, EAST).received;
    long there = ask(west, WEST).received;
    await(() -> hasReceived(east, EAST, here + more) && hasReceived(west, WEST, there + more));
  }

  private boolean hasReceived(Process process, String name, long count) {
    try {
      return ask(process, name).received >= count;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private boolean hasAllArrived(Process east, Process west) {
    try {
      State here = ask(east, EAST);
      State there = ask(west, WEST);
      return here.sent >= MESSAGES
          && there.sent >= MESSAGES
          && here.hasArrived(there)
          && there.hasArrived(here);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
