// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tombolo.bench.suite.BenchmarkException;
import tombolo.bench.suite.Samples;

/**
 * A process with three VMs: ping and pong ring each other's doorbells, and a Debian runs the
 * program glutton. A program of the host accepts its connections and reads nothing.
 *
 * <p>One thread reads the process's output, another one accepts; everything else belongs to the
 * thread that made it.
 */
final class Siege implements AutoCloseable {
  private static final int PORT = 5000;
  private static final int CHANNELS = 64;

  /** The connections that the program of the host keeps. */
  private static final int KEPT = 400;

  /** What the hostile VM prints if a part of it could not go on. */
  private static final String PART_ENDED = "glutton: a part has ended";

  private static final int ROUND_TRIPS = 1000;
  private static final int BOOT_SECONDS = 300;
  private static final int FULL_SECONDS = 900;
  private static final int END_SECONDS = 60;
  private static final Pattern SERIES =
      Pattern.compile("ping +\\| .*: (\\d+) a second, p50 [0-9.]+ us, p99 ([0-9.]+) us");

  private final LinuxFiles linux;
  private final ServerSocketChannel listener;
  private final Process process;
  // All three guarded by this; notified when they change.
  private final List<SiegeSuite.Series> seen = new ArrayList<>();
  private String milestone = "";
  private boolean ended;

  private Siege(LinuxFiles linux, ServerSocketChannel listener, Process process) {
    this.linux = linux;
    this.listener = listener;
    this.process = process;
    Thread.ofPlatform().daemon().name("output").start(this::read);
    Thread.ofPlatform().daemon().name("accept").start(this::accept);
  }

  /**
   * Starts the process.
   *
   * @param harts of the hostile VM; as many of its processes fill decoded code
   * @param heap of the process, as in {@code -Xmx}
   */
  static Siege lay(LinuxFiles linux, int harts, String heap) throws InterruptedException {
    Path work = linux.work();
    Path initrd =
        linux.script(
            "siege",
            """
            mkdir /folder
            mount -t 9p -o trans=virtio host /folder
            ip link set eth0 up
            echo "siege begins"
            glutton %d %d /dev/vda /folder
            """
                .formatted(harts, PORT),
            "--ivc",
            "--vsock",
            "--modules=virtio_blk,virtio_net,9p,9pnet_virtio",
            "--add=%s:/bin/".formatted(linux.root().resolve("guests/bin/linux/glutton")));
    try {
      Files.createDirectory(work.resolve("folder"));
      try (RandomAccessFile disk = new RandomAccessFile(work.resolve("disk.img").toFile(), "rw")) {
        disk.setLength(16 << 20);
      }
      Path file = Files.writeString(work.resolve("siege.toml"), topology(linux, initrd, harts));
      ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(work.resolve("glutton.sock_" + PORT)), 128);
      ProcessBuilder command =
          new ProcessBuilder(tombolo(linux), "run", file.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      command.environment().put("JDK_JAVA_OPTIONS", "-Xmx" + heap);
      return new Siege(linux, listener, command.start());
    } catch (IOException e) {
      throw new BenchmarkException("siege: " + e.getMessage());
    }
  }

  private static String tombolo(LinuxFiles linux) {
    return linux.root().resolve("tombolo").toString();
  }

  private static String topology(LinuxFiles linux, Path initrd, int harts) {
    StringBuilder text =
        new StringBuilder(
            """
            [vm.ping]
            kernel = "%1$s/guests/bin/ping.elf"
            append = "n=%2$d warmup=5000 series=1000000000"
            [vm.pong]
            kernel = "%1$s/guests/bin/pong.elf"
            [channel.ball]
            publisher = "ping"
            subscribers = ["pong"]
            key = 1
            size = "4 KiB"
            [network.lab]
            [vm.glutton]
            kernel = "%3$s"
            initrd = "%4$s"
            append = "console=ttyS0 quiet"
            vcpus = %5$d
            memory = "256 MiB"
            window = "8 MiB"
            vsock-cid = 9
            vsock-socket = "glutton.sock"
            networks = ["lab"]
            folders = ["folder"]
            disks = ["disk.img"]
            """
                .formatted(linux.root(), ROUND_TRIPS, linux.kernel(), initrd, harts));
    for (int i = 0; i < CHANNELS; i++) {
      text.append(
          """
          [channel.glutton%1$d]
          publisher = "glutton"
          subscribers = ["pong"]
          key = %2$d
          size = "4 KiB"
          """
              .formatted(i, 1000 + i));
    }
    return text.toString();
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher series = SERIES.matcher(line);
        if (series.matches()) {
          add(
              new SiegeSuite.Series(
                  Double.parseDouble(series.group(1)), Double.parseDouble(series.group(2))));
        } else if (line.contains("siege begins")
            || line.contains("glutton: full")
            || line.contains(PART_ENDED)) {
          reach(line);
        }
      }
    } catch (IOException e) {
      // The process has ended.
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  private synchronized void add(SiegeSuite.Series series) {
    seen.add(series);
    notifyAll();
  }

  private synchronized void reach(String line) {
    milestone = line;
    notifyAll();
  }

  /** Accepts connections, reads nothing, and closes the oldest ones. */
  private void accept() {
    Deque<SocketChannel> kept = new ArrayDeque<>();
    try {
      while (true) {
        kept.add(listener.accept());
        if (kept.size() > KEPT) {
          kept.remove().close();
        }
      }
    } catch (IOException e) {
      // The siege is over.
    }
  }

  /** Waits until the hostile VM has begun, or, if {@code full}, until it has filled its bounds. */
  synchronized void awaitHostile(boolean full) throws InterruptedException {
    int seconds = full ? FULL_SECONDS : BOOT_SECONDS;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!milestone.contains(full ? "full" : "begins")) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (ended || left <= 0 || milestone.contains(PART_ENDED)) {
        throw new BenchmarkException(
            "siege: the hostile VM %s before it %s"
                .formatted(
                    left <= 0 ? "took " + seconds + " s" : "ended, or a part of it,",
                    full ? "was full" : "began"));
      }
      wait(left);
    }
  }

  /**
   * Returns the median of the series that begin in the next seconds.
   *
   * @throws BenchmarkException if there is none, or a part of the siege ends
   */
  synchronized SiegeSuite.Series measure(int seconds) throws InterruptedException {
    int first = seen.size() + 1; // the series that has begun is of the time before
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    long deadline = end + TimeUnit.SECONDS.toNanos(END_SECONDS);
    while (System.nanoTime() < end || seen.size() <= first) {
      if (ended || System.nanoTime() > deadline) {
        throw new BenchmarkException("siege: ping and pong have stopped");
      }
      if (milestone.contains(PART_ENDED)) {
        throw new BenchmarkException("siege: a part of the hostile VM has ended");
      }
      wait(100);
    }
    List<SiegeSuite.Series> slice = seen.subList(first, seen.size());
    return new SiegeSuite.Series(
        Samples.of(slice, SiegeSuite.Series::perSecond).median(),
        Samples.of(slice, SiegeSuite.Series::p99).median());
  }

  void suspend() throws InterruptedException {
    act("suspend");
  }

  void resume() throws InterruptedException {
    act("resume");
  }

  private void act(String verb) throws InterruptedException {
    try {
      Process command =
          new ProcessBuilder(tombolo(linux), verb, "glutton")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      if (command.waitFor() != 0) {
        throw new BenchmarkException("siege: tombolo %s glutton failed".formatted(verb));
      }
    } catch (IOException e) {
      throw new BenchmarkException("siege: " + e.getMessage());
    }
  }

  /** Sends SIGTERM and returns the seconds until the process has ended. */
  double terminate() throws InterruptedException {
    long begin = System.nanoTime();
    process.destroy();
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      throw new BenchmarkException("siege: SIGTERM did not end the process");
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      listener.close();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The listener is not used any more.
    }
  }
}
