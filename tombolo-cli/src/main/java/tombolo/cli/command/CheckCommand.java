// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tombolo.cli.run.Host;
import tombolo.cli.view.Json;
import tombolo.topology.Topology;
import tombolo.topology.file.Mistake;
import tombolo.topology.file.TopologyException;
import tombolo.topology.file.TopologyFile;
import tombolo.topology.run.ExitStatus;

/** {@code tombolo check}: reports mistakes in topology files and runs nothing. */
@Command(
    name = "check",
    description = "Reports mistakes in topology files and runs nothing.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:no mistakes; a line for each file on standard output",
      "2:a line for each mistake on standard error",
      "71:a mistake in Tombolo",
      "74:the output could not be written",
      "141:the reader of the output has gone"
    },
    footer = {
      "",
      "A file has a table [vm.NAME] for each VM:",
      "  kernel         an ELF64 file or a Linux Image; relative to the file (required)",
      "  initrd         an initial RAM disk",
      "  append         the kernel's command line (Linux: at most 1023 bytes)",
      "  memory         RAM (64 MiB, and 256 MiB for Linux)",
      "  vcpus          1 to what the accelerator has (1)",
      "  accelerator    the accelerator that runs the vCPUs (riscv)",
      "  engine         translator, or interpreter, which is slower (translator)",
      "  interrupts     plic, or aia, which takes message-signalled interrupts, too (plic)",
      "  id             VM id that guests see, 1 to 65535 (position in the file)",
      "  window         room for channels, a power of two, 64 KiB to 8 GiB (64 MiB)",
      "  restart        how often it is booted again after it failed (0)",
      "  gdb            port of 127.0.0.1 at which gdb finds it, 1 to 65535 (none)",
      "  channels       quota: channels that it may have published at a time (64)",
      "  channel-bytes  quota: their bytes (the window's size)",
      "  disks          raw images, as [\"a.img\", \"b.img,readonly\"] (none)",
      "  folders        directories that the guest mounts, as [\"src\", \"data:TAG:ro\"] (none)",
      "  networks       names, or tables { name, mac, forwards } (none)",
      "  rtc            date of the real-time clock, 2026-01-01T00:00:00Z (the host's)",
      "  virtio-console true: a console hvc0, which gets the keys (false)",
      "  vsock-cid      CID of a vsock device, 3 to 4294967294, unique (no device)",
      "  vsock-socket   Unix-domain socket by which programs here reach the device (none)",
      "and a table [channel.NAME] for each channel:",
      "  publisher      a VM (required)",
      "  subscribers    VMs, as names or as { vm, access, doorbell } (required)",
      "  key            0 to 0x7fffffffffffffff, unique in the file (required)",
      "  size           1 byte to 1 TiB, in whole pages (required)",
      "  access         of subscribers: read-write or read (read-write)",
      "  layout         raw or sectioned (raw)",
      "  section-size   sectioned: of each subscriber's section (4 KiB)",
      "  sections       sectioned: 0 to 64 (one for each subscriber that writes)",
      "  doorbell       whether both sides may ring each other (true)",
      "  doorbell-rate  rings a second and peer, 1 to 100000000 (100000)",
      "  bridge         { to = \"HOST\" } or { from = \"HOST\" }: its ring goes on there (none)",
      "Tables [network.NAME] are networks; [host] and [remote.NAME] are this host and others.",
      "The table [simulation] is for tombolo explore, replay and run --seed:",
      "  faults         an array of what may happen, such as \"kill VM\": see explore --help"
          + " (none)",
      "  fail-on        regular expressions of which no console's line may match one (none)",
      "Above all tables the file may have",
      "  prepare        a command to run first; the message for a missing kernel or initrd names"
          + " it",
      "Brackets hold the default. docs/topology.md has an example."
    })
final class CheckCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "FILE", description = "topology files")
  private List<String> files;

  @Option(names = "--json", description = "print JSON, on standard output")
  private boolean json;

  @Spec private CommandSpec spec;

  private final Host host;

  CheckCommand(Host host) {
    this.host = host;
  }

  /**
   * The result for a file.
   *
   * @param topology null if there are mistakes
   */
  private record Finding(String file, @Nullable Topology topology, List<Mistake> mistakes) {}

  @Override
  public Integer call() {
    List<Finding> findings = new ArrayList<>();
    for (String file : files) {
      findings.add(check(file));
    }
    boolean fine = findings.stream().allMatch(finding -> finding.mistakes().isEmpty());
    PrintWriter out = fine || json ? spec.commandLine().getOut() : spec.commandLine().getErr();
    if (json) {
      out.println(Json.write(json(findings, fine)));
    } else {
      findings.forEach(finding -> print(finding, fine, out));
    }
    out.flush();
    return fine ? ExitStatus.GOOD : ExitStatus.USAGE;
  }

  private Finding check(String file) {
    try {
      Topology topology = TopologyFile.read(Path.of(file), host.platforms(), host.memoryBytes());
      return new Finding(file, topology, List.of());
    } catch (TopologyException e) {
      return new Finding(file, null, e.mistakes());
    } catch (InvalidPathException e) {
      return new Finding(
          file, null, List.of(new Mistake(file, 0, "", "not a path: " + e.getReason())));
    }
  }

  private static void print(Finding finding, boolean fine, PrintWriter out) {
    Topology topology = finding.topology();
    if (fine && topology != null) {
      out.println(
          "%s: %s, %s: fine"
              .formatted(
                  finding.file(),
                  count(topology.vms().size(), "VM"),
                  count(topology.channels().size(), "channel")));
    }
    finding.mistakes().forEach(out::println);
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static Map<String, Object> json(List<Finding> findings, boolean fine) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("fine", fine);
    all.put("files", findings.stream().map(CheckCommand::json).toList());
    return all;
  }

  private static Map<String, @Nullable Object> json(Finding finding) {
    Topology topology = finding.topology();
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("file", finding.file());
    entry.put("fine", finding.mistakes().isEmpty());
    entry.put("vms", topology == null ? null : topology.vms().size());
    entry.put("channels", topology == null ? null : topology.channels().size());
    entry.put("mistakes", finding.mistakes().stream().map(CheckCommand::json).toList());
    return entry;
  }

  private static Map<String, @Nullable Object> json(Mistake mistake) {
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("line", mistake.line() == 0 ? null : mistake.line());
    entry.put("key", mistake.key().isEmpty() ? null : mistake.key());
    entry.put("message", mistake.what());
    return entry;
  }
}
