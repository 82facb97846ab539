// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.machine.net.StreamWire;
import tombolo.machine.net.Wire;
import tombolo.topology.InputException;
import tombolo.topology.NetworkSpec;
import tombolo.topology.NicSpec;
import tombolo.topology.PortForward;

/**
 * A process of passt, which joins one VM to the host's network without privileges: it turns the
 * VM's connections into sockets of the host. Owned by the run, which closes it after its VM.
 *
 * <p>passt makes a Unix-domain socket, in a folder that no other user can enter, and serves the
 * first program that connects. The folder is removed as soon as Tombolo is connected. passt ends
 * when the connection does ({@code --one-off}), so also when Tombolo is killed.
 *
 * <p>Faces the host: it starts a process, waits for its socket, and a worker reads what the process
 * prints.
 */
final class Passt implements AutoCloseable {
  /** The VM's address; the gateway's is {@link #GATEWAY}. The same as behind QEMU. */
  static final String ADDRESS = "10.0.2.15";

  static final String GATEWAY = "10.0.2.2";

  private static final System.Logger LOG = System.getLogger(Passt.class.getName());
  private static final String PROGRAM = "passt";
  private static final String REMEDY = "install it; on Debian: apt install passt";

  /** How long passt may take to open its socket. */
  private static final long START_MILLIS = 10_000;

  /** How long it may take to end, once its connection is closed. */
  private static final long END_MILLIS = 1000;

  /** What is kept of what it prints. */
  private static final int MOST_TEXT = 4096;

  private final String name;
  private final Process process;
  private final StringBuilder text = new StringBuilder(); // guarded by itself
  private final Task reader;
  private @Nullable StreamWire wire;
  private volatile boolean closing;

  private Passt(String name, Process process, HostServices host) {
    this.name = name;
    this.process = process;
    this.reader = host.scheduler().start(name + "/passt", () -> read(host));
  }

  /**
   * Starts a process, and connects with it.
   *
   * @throws InputException if passt is missing, or refuses
   */
  static Passt start(NetworkSpec network, NicSpec nic, String vm, HostServices host) {
    return start(System.getenv().getOrDefault("PATH", ""), network, nic, vm, host);
  }

  /** Starts the first passt of a search path. */
  static Passt start(String path, NetworkSpec network, NicSpec nic, String vm, HostServices host) {
    String name = "%s, network %s".formatted(vm, network.name());
    Path program = find(path);
    if (program == null) {
      throw new InputException(
          "%s: an outside network needs passt, which is not in PATH; %s".formatted(name, REMEDY));
    }
    @Nullable Path folder = null;
    @Nullable Passt passt = null;
    boolean connected = false;
    try {
      folder = Files.createTempDirectory("tombolo-net");
      giveAway(folder);
      Path socket = folder.resolve("s");
      Process process =
          new ProcessBuilder(command(program, socket, network, nic))
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      passt = new Passt(name, process, host);
      passt.connect(socket, vm, host);
      connected = true;
      return passt;
    } catch (IOException e) {
      throw new InputException("%s: passt cannot be used: %s".formatted(name, e.getMessage()));
    } finally {
      if (!connected && passt != null) {
        passt.close();
      }
      remove(folder);
    }
  }

  /** Looks a program up; null if there is none. */
  private static @Nullable Path find(String path) {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(path)
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  /**
   * Lets passt that root has started make its socket. It does so as nobody (versions of 2023), or
   * as a root that may no longer do what others forbid (2025).
   */
  private static void giveAway(Path folder) throws IOException {
    if ("root".equals(System.getProperty("user.name"))) {
      PosixFileAttributeView view =
          Files.getFileAttributeView(folder, PosixFileAttributeView.class);
      view.setGroup(groupOfNobody(folder.getFileSystem().getUserPrincipalLookupService()));
      view.setPermissions(PosixFilePermissions.fromString("rwxrwx---"));
    }
  }

  /** Debian calls the group nogroup, others call it like the user. */
  private static GroupPrincipal groupOfNobody(UserPrincipalLookupService names) throws IOException {
    try {
      return names.lookupPrincipalByGroupName("nogroup");
    } catch (UserPrincipalNotFoundException e) {
      return names.lookupPrincipalByGroupName("nobody");
    }
  }

  static List<String> command(Path program, Path socket, NetworkSpec network, NicSpec nic) {
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--foreground",
                "--one-off",
                "--quiet",
                "--socket",
                socket.toString(),
                "--address",
                ADDRESS,
                "--netmask",
                "255.255.255.0",
                "--gateway",
                GATEWAY));
    if (!network.loopback()) {
      command.add("--no-map-gw");
    }
    for (PortForward forward : nic.forwards()) {
      command.add(forward.udp() ? "--udp-ports" : "--tcp-ports");
      command.add("%s/%d:%d".formatted(forward.address(), forward.hostPort(), forward.guestPort()));
    }
    return command;
  }

  private void connect(Path socket, String vm, HostServices host) throws IOException {
    for (long left = START_MILLIS; left > 0; left -= 10) {
      boolean ended = waitFor(10);
      SocketChannel channel = Files.exists(socket) && !ended ? tryToConnect(socket) : null;
      if (channel != null) {
        try {
          wire = new StreamWire(channel, vm + "/outside", this::ended, host);
          return;
        } catch (IOException e) {
          channel.close();
          throw e;
        }
      }
      if (ended) {
        reader.awaitEnd();
        throw new IOException("it ended with status %d%s".formatted(process.exitValue(), said()));
      }
    }
    throw new IOException("it opened no socket in %d s%s".formatted(START_MILLIS / 1000, said()));
  }

  private static @Nullable SocketChannel tryToConnect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return channel;
    } catch (IOException e) {
      channel.close(); // it does not listen yet
      return null;
    }
  }

  /** Waits for the process to end. An interrupt is kept for later. */
  private boolean waitFor(long millis) {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }

  /** Returns the last line that the process has printed, behind a colon; empty if there is none. */
  private String said() {
    synchronized (text) {
      List<String> lines = text.toString().lines().filter(line -> !line.isBlank()).toList();
      return lines.isEmpty() ? "" : ": " + lines.getLast().strip();
    }
  }

  /** Reads what the process prints, so that it never waits for that; a step of a worker. */
  private long read(HostServices host) {
    InputStream printed = process.getErrorStream();
    byte[] bytes = new byte[MOST_TEXT];
    try {
      boolean mayBlock = host.scheduler().stepsMayBlock();
      int count = mayBlock || printed.available() > 0 ? printed.read(bytes) : 0;
      if (count < 0 || (!mayBlock && count == 0 && !process.isAlive())) {
        return Worker.DONE;
      }
      synchronized (text) {
        text.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
        text.delete(0, Math.max(text.length() - MOST_TEXT, 0));
      }
      return mayBlock ? Worker.AGAIN : host.clock().nanos() + 10_000_000;
    } catch (IOException e) {
      return Worker.DONE;
    }
  }

  /** The connection has ended by itself. */
  private void ended(String why) {
    if (!closing) {
      LOG.log(
          System.Logger.Level.WARNING,
          "%s: passt has gone (%s%s); the VM finds the cable unplugged until it is made anew"
              .formatted(name, why, said()));
    }
  }

  /** Returns what the VM's network card is joined to. */
  Wire wire() {
    if (wire == null) {
      throw new IllegalStateException("not connected");
    }
    return wire;
  }

  /** Ends the connection and, with it or by force, the process. */
  @Override
  public void close() {
    closing = true;
    if (wire != null) {
      wire.close();
    } else {
      process.destroy();
    }
    if (!waitFor(END_MILLIS)) {
      process.destroyForcibly();
    }
    reader.awaitEnd();
  }

  private static void remove(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try {
      Files.deleteIfExists(folder.resolve("s"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, folder + " cannot be removed", e);
    }
  }
}
