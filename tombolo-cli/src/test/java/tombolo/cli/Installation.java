// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.antlr.v4.runtime.CharStream;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import picocli.CommandLine;
import tombolo.bridge.Bridges;
import tombolo.debug.GdbServer;
import tombolo.ivc.Directory;
import tombolo.machine.Vm;
import tombolo.memory.HostMemory;
import tombolo.ring.Answer;
import tombolo.riscv.RiscvAccelerator;
import tombolo.sim.Simulation;
import tombolo.topology.Topology;

/**
 * The launcher {@code ./tombolo} as a person has it, in a directory of its own, where it finds the
 * classes of this build and so has nothing to build.
 */
public final class Installation {
  private static final long PATIENCE_SECONDS = 120;

  private final Path root;

  private final List<Process> started = new ArrayList<>();

  /** What it has for $XDG_RUNTIME_DIR, or null to leave that as it is. */
  private @Nullable Path runtime;

  private Installation(Path root) {
    this.root = root;
  }

  /** How the command ended. */
  public record Result(int status, String out, String err) {}

  public static Installation in(Path root) throws IOException {
    Path repository = Guests.repository();
    Files.createDirectories(root.resolve(".build"));
    List<String> launcher =
        List.of(".build/launch.sh", ".build/command.jvmargs", "tombolo.jvmargs", "tombolo");
    for (String file : launcher) {
      Files.copy(repository.resolve(file), root.resolve(file));
    }
    // What it compares the build's age with.
    Files.createDirectories(root.resolve("tombolo-cli/src/main"));
    Files.createFile(root.resolve("pom.xml"));
    Files.createFile(root.resolve("tombolo-cli/pom.xml"));

    Path state = root.resolve("target/launch/tombolo-cli");
    Path jars = Files.createDirectories(state.resolve("build"));
    List<Class<?>> oneOfEach =
        List.of(
            HostMemory.class,
            Vm.class,
            RiscvAccelerator.class,
            Answer.class,
            Directory.class,
            Topology.class,
            Bridges.class,
            GdbServer.class,
            Simulation.class,
            DirectBuffer.class,
            Aeron.class,
            MediaDriver.class,
            Main.class,
            CommandLine.class,
            Toml.class,
            CharStream.class);
    for (Class<?> type : oneOfEach) {
      Path module = origin(type);
      copy(module, jars.resolve(type.getPackageName() + suffix(module)));
    }
    Files.writeString(state.resolve("current"), "build\n");
    return new Installation(root);
  }

  /**
   * Makes jars of the modules that are directories of classes, as the JVM wants them for a cache.
   *
   * @return the directory they are in
   */
  Path packJars() throws IOException {
    ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
    Path jars = root.resolve("target/launch/tombolo-cli/build");
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(jars, Files::isDirectory)) {
      for (Path module : modules) {
        Path classes = Files.move(module, root.resolve(module.getFileName()));
        jar.run(System.out, System.err, "-cf", module + ".jar", "-C", classes.toString(), ".");
      }
    }
    return jars;
  }

  /** The directory of the launcher. */
  Path root() {
    return root;
  }

  /** Has topologies leave their control sockets there, and not where a person's are. */
  Installation withRuntime(Path where) {
    runtime = where;
    return this;
  }

  private static String suffix(Path module) {
    return Files.isDirectory(module) ? "" : ".jar";
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static Path origin(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The path of the launcher. */
  public String command() {
    return root.resolve("tombolo").toString();
  }

  /** Starts {@code ./tombolo} with these arguments. */
  Run start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(command()));
    command.addAll(Arrays.asList(arguments));
    return start(command);
  }

  /** Starts a program of the host. */
  public Run start(List<String> command) throws IOException {
    Path err = Files.createTempFile(root, "err", null);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SHELL", "/bin/sh"); // what script runs, here as elsewhere
    if (runtime != null) {
      builder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
    }
    Process process = builder.start();
    started.add(process);
    return new Run(process, err);
  }

  /** Ends what a failed test has left. */
  public void killAll() {
    started.forEach(Process::destroyForcibly);
    started.clear();
  }

  /** A command under way. */
  public record Run(Process process, Path err) {
    /** Types bytes, one for each character. */
    public Run type(String keys) throws IOException {
      process.getOutputStream().write(keys.getBytes(ISO_8859_1));
      process.getOutputStream().flush();
      return this;
    }

    /** Reads the output until it has this; gives what was read. */
    public String readUntil(String text) throws IOException {
      StringBuilder read = new StringBuilder();
      while (read.indexOf(text) < 0) {
        int octet = process.getInputStream().read();
        if (octet < 0) {
          throw new AssertionError("no \"%s\" in: %s".formatted(text, read));
        }
        read.append((char) octet);
      }
      return read.toString();
    }

    /** Ends the input and waits for the command's end. */
    public Result end() throws IOException, InterruptedException {
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("did not end; printed: " + out + Files.readString(err));
      }
      return new Result(process.exitValue(), out, Files.readString(err));
    }
  }
}
