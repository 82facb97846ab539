// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import tombolo.cli.run.Host;
import tombolo.machine.host.HostServices;
import tombolo.topology.Platform;

/** The command in this process, on a host of 16 GiB that a test can look at. */
public final class Tombolo {
  private static final long HOST_MEMORY = 16L << 30;

  /**
   * How the command ended.
   *
   * @param out what the guest printed, a character a byte, and what the command printed
   */
  public record Result(int status, String out, String err) {}

  private InputStream input = InputStream.nullInputStream();
  private List<Platform> platforms = Platform.all();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private OutputStream output = printed;

  Tombolo typing(String keys) {
    return typing(new ByteArrayInputStream(keys.getBytes(ISO_8859_1)));
  }

  /** With these keys, when they come. */
  public Tombolo typing(InputStream keys) {
    input = keys;
    return this;
  }

  /** Where the guest's output goes instead of into the result. */
  public Tombolo printingTo(OutputStream stream) {
    output = stream;
    return this;
  }

  Tombolo on(List<Platform> others) {
    platforms = others;
    return this;
  }

  /** The host, without keys or output. */
  static Host host() {
    return new Tombolo().madeHost();
  }

  private Host madeHost() {
    return new Host(
        input,
        output,
        Optional::empty,
        () -> false,
        () -> HOST_MEMORY,
        platforms,
        HostServices.system());
  }

  public Result run(String... arguments) {
    StringWriter out = new StringWriter();
    return run(Main.commandLine(madeHost()).setOut(new PrintWriter(out)), out, arguments);
  }

  /** As {@link #run}, but what the command prints goes where the guest's output goes. */
  Result runPrinting(String... arguments) {
    return run(Main.commandLine(madeHost()), new StringWriter(), arguments);
  }

  private Result run(CommandLine command, StringWriter out, String... arguments) {
    StringWriter err = new StringWriter();
    command.setErr(new PrintWriter(err));
    int status = command.execute(arguments);
    return new Result(status, printed.toString(ISO_8859_1) + out, err.toString());
  }
}
