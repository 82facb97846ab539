// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tombolo.cli.run.ForegroundRun;
import tombolo.cli.run.Host;
import tombolo.cli.run.Presentation;
import tombolo.cli.run.TimeLimit;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ImageException;
import tombolo.machine.image.Initrd;
import tombolo.machine.image.KernelImage;
import tombolo.machine.net.MacAddress;
import tombolo.machine.virtio.DiskImageException;
import tombolo.topology.DiskSpec;
import tombolo.topology.FolderSpec;
import tombolo.topology.InputException;
import tombolo.topology.MemorySize;
import tombolo.topology.NetworkSpec;
import tombolo.topology.NicSpec;
import tombolo.topology.Platform;
import tombolo.topology.PortForward;
import tombolo.topology.Topology;
import tombolo.topology.VirtioSpec;
import tombolo.topology.VmSpec;
import tombolo.topology.VsockSpec;

/** {@code tombolo boot}: one VM, with its console here. */
@Command(
    name = "boot",
    description = "Boots a kernel in a VM, with the VM's console here.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the guest powered off or was stopped by tombolo stop or kill, or you left by Ctrl-A x",
      "1..255:the guest reported failure with this code (1 where its code is no exit status)",
      "2:an argument or a file cannot be used",
      "70:a vCPU could not go on",
      "71:a mistake in Tombolo",
      "74:the output could not be written",
      "124:time-out",
      "129:SIGHUP",
      "130:SIGINT",
      "141:the reader of the output has gone",
      "143:SIGTERM"
    },
    footer = {
      "",
      "Standard output is the guest's output, byte for byte; Tombolo's messages go to standard"
          + " error. If standard input is a terminal, each key goes to the guest at once, Ctrl-C"
          + " too. Only Ctrl-A is for Tombolo:",
      "  Ctrl-A x       leave",
      "  Ctrl-A z       stop this job and give the terminal back; fg continues it",
      "  Ctrl-A Ctrl-A  send Ctrl-A to the guest",
      "  Ctrl-A h       print this help"
    })
final class BootCommand implements Callable<Integer> {
  private static final String OUTSIDE = "outside";

  @Parameters(
      paramLabel = "KERNEL",
      description = "an ELF64 executable, or the Image or Image.gz of a RISC-V Linux")
  private String kernel;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = MemoryOption.class,
      description =
          "RAM, for example 64MiB, 1G or \"128 MiB\" (default: 64 MiB, and 256 MiB for Linux)")
  private @Nullable MemorySize memory;

  @Option(
      names = "--vcpus",
      paramLabel = "N",
      defaultValue = "1",
      converter = VcpuCount.class,
      description = "vCPUs, 1 to 8 (default: 1)")
  private int vcpus;

  @Option(names = "--initrd", paramLabel = "FILE", description = "initial RAM disk")
  private @Nullable String initrd;

  @Option(
      names = "--append",
      paramLabel = "STRING",
      defaultValue = "",
      description = "the kernel's command line; Linux reads at most 1023 bytes")
  private String append;

  @Option(
      names = "--disk",
      paramLabel = "FILE[,readonly]",
      description =
          "a raw disk image, which Linux calls vda, the next vdb; may be given several times")
  private List<String> disks = new ArrayList<>();

  @Option(
      names = "--share",
      paramLabel = "DIR[:TAG][:ro]",
      description =
          "a directory of this machine, which the guest mounts by its TAG (default: host): mount -t"
              + " 9p -o trans=virtio TAG /mnt; with :ro it can change nothing; may be given several"
              + " times")
  private List<String> shares = new ArrayList<>();

  @Option(
      names = "--virtio-console",
      description =
          "add a virtio console, which Linux calls hvc0: it gets the keys instead of ttyS0, and"
              + " it has the terminal's size, which you set by hand on ttyS0: stty rows R cols C")
  private boolean virtioConsole;

  @Option(
      names = "--vsock",
      paramLabel = "CID[,PATH]",
      converter = VsockOption.class,
      description =
          "a vsock device with this CID, 3 or more; programs here reach it by the Unix-domain"
              + " socket PATH, and are reached at PATH_PORT")
  private @Nullable VsockSpec vsock;

  @Option(
      names = "--rtc",
      paramLabel = "DATE",
      converter = DateOption.class,
      description =
          "the date on the VM's clock at the start, for example 2026-01-01T00:00:00Z (default:"
              + " the host's)")
  private @Nullable Instant rtc;

  @Option(
      names = "--network",
      description =
          "a network card that leads outside, through passt: the guest has 10.0.2.15, or asks by"
              + " DHCP, and its gateway is 10.0.2.2")
  private boolean network;

  @Option(
      names = "--forward",
      paramLabel = "[ADDRESS:]PORT:PORT[/udp]",
      description =
          "a port of this machine that leads to one of the guest's, like 2222:22; implies"
              + " --network; may be given several times (default address: 127.0.0.1)")
  private List<String> forwards = new ArrayList<>();

  @Option(
      names = "--loopback",
      description =
          "let the guest reach, at 10.0.2.2, what listens at 127.0.0.1 here; implies --network")
  private boolean loopback;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = TimeLimit.Converter.class,
      description = "stop the VM after this time, for example 10s, 2m or 500ms")
  private @Nullable TimeLimit timeout;

  @Option(
      names = "--accel",
      paramLabel = "NAME",
      defaultValue = "riscv",
      description = "the accelerator that runs the vCPUs (default: riscv; see tombolo doctor)")
  private String accel;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description =
          "what executes the guest's code: translator, which compiles what is hot, or interpreter"
              + " (default: translator)")
  private @Nullable String engine;

  @Option(
      names = "--interrupts",
      paramLabel = "NAME",
      description =
          "the board's interrupt controller: plic, or aia, which also takes message-signalled"
              + " interrupts (default: plic)")
  private @Nullable String interrupts;

  @Option(
      names = "--gdb",
      paramLabel = "PORT",
      converter = PortOption.class,
      description =
          "let gdb debug the VM at this port of 127.0.0.1; the VM waits for gdb before its first"
              + " instruction")
  private @Nullable Integer gdb;

  @Option(names = "--stats", description = "print counters on standard error after the end")
  private boolean stats;

  @Spec private CommandSpec spec;

  private final Host host;

  BootCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    Platform platform = platform();
    checkVcpus(platform);
    checkRam(platform);
    Path file = path(kernel);
    long most = memory == null ? Platform.MOST_DEFAULT_RAM : memory.bytes();
    KernelImage image = platform.board().readKernel(file, most);
    long ram = memory == null ? Platform.defaultRam(image) : memory.bytes();
    String misfit = platform.objectionToKernel(image, ram);
    if (misfit != null) {
      throw new InputException("%s: %s, or give more --memory".formatted(kernel, misfit));
    }
    String tooLong = image.objectionTo(append);
    if (tooLong != null) {
      throw new InputException("--append: " + tooLong);
    }
    String tooLittle = Platform.objectionToMemory(image, ram);
    if (tooLittle != null) {
      throw new InputException("--memory: " + tooLittle);
    }
    VmSpec vm =
        new VmSpec(
            name(file),
            0,
            1,
            new BootImage(image, initrdBytes(ram), append),
            ram,
            vcpus,
            platform,
            0,
            0,
            0,
            0,
            vsock,
            rtc,
            new VirtioSpec(checkedDisks(), checkedFolders(), virtioConsole, nics()),
            gdb);
    return new ForegroundRun(
            new Topology(List.of(vm), List.of(), networks()),
            new Presentation.OneVm(kernel),
            host,
            spec.commandLine().getErr())
        .run(vm, timeout, stats);
  }

  private Platform platform() {
    Platform platform =
        Platform.named(accel, host.platforms())
            .orElseThrow(
                () ->
                    new InputException(
                        "--accel %s: no such accelerator in this version; there is %s"
                            .formatted(accel, Platform.names(host.platforms()))));
    return withEngine(withInterrupts(platform));
  }

  private Platform withInterrupts(Platform platform) {
    String controller = interrupts;
    if (controller == null) {
      return platform;
    }
    return platform
        .withInterrupts(controller)
        .orElseThrow(
            () ->
                new InputException(
                    "--interrupts %s: %s".formatted(controller, platform.interruptChoice())));
  }

  private Platform withEngine(Platform platform) {
    String name = engine;
    if (name == null) {
      return platform;
    }
    return platform
        .withEngine(name)
        .orElseThrow(
            () -> new InputException("--engine %s: %s".formatted(name, platform.engineChoice())));
  }

  private void checkVcpus(Platform platform) {
    String objection = platform.objectionToVcpus(vcpus);
    if (objection != null) {
      throw new InputException("--vcpus %d: %s".formatted(vcpus, objection));
    }
  }

  private void checkRam(Platform platform) {
    String objection = memory == null ? null : platform.objectionToRam(memory, host.memoryBytes());
    if (objection != null) {
      throw new InputException("--memory: " + objection);
    }
  }

  private byte @Nullable [] initrdBytes(long ram) {
    if (initrd == null) {
      return null;
    }
    try {
      return Initrd.read(path(initrd), ram);
    } catch (ImageException e) {
      throw new InputException("--initrd " + e.getMessage());
    }
  }

  private List<DiskSpec> checkedDisks() {
    if (disks.size() > DiskSpec.MOST) {
      throw new InputException(
          "--disk: %d disks; a VM can have at most %d".formatted(disks.size(), DiskSpec.MOST));
    }
    List<DiskSpec> checked = new ArrayList<>();
    for (String text : disks) {
      try {
        DiskSpec disk = DiskSpec.parse(text);
        disk.check();
        checked.add(disk);
      } catch (InvalidPathException e) {
        throw new InputException("--disk %s: not a path: %s".formatted(text, e.getReason()));
      } catch (DiskImageException e) {
        throw new InputException("--disk " + e.getMessage());
      }
    }
    return checked;
  }

  private List<FolderSpec> checkedFolders() {
    List<FolderSpec> checked = new ArrayList<>();
    try {
      for (String text : shares) {
        FolderSpec folder = FolderSpec.parse(text);
        folder.check();
        checked.add(folder);
      }
      FolderSpec.check(checked);
      return checked;
    } catch (InvalidPathException e) {
      throw new InputException("--share %s: not a path: %s".formatted(e.getInput(), e.getReason()));
    } catch (InputException e) {
      throw new InputException("--share " + e.getMessage());
    }
  }

  private List<NetworkSpec> networks() {
    return network || loopback || !forwards.isEmpty()
        ? List.of(new NetworkSpec(OUTSIDE, 0, 1, true, loopback))
        : List.of();
  }

  private List<NicSpec> nics() {
    if (forwards.size() > PortForward.MOST) {
      throw new InputException(
          "--forward: %d port forwards; a VM can have at most %d"
              .formatted(forwards.size(), PortForward.MOST));
    }
    List<PortForward> parsed = new ArrayList<>();
    for (String text : forwards) {
      try {
        parsed.add(PortForward.parse(text));
      } catch (InputException e) {
        throw new InputException("--forward " + e.getMessage());
      }
    }
    return networks().stream()
        .map(spec -> new NicSpec(spec.name(), MacAddress.of(spec.number(), 1), parsed))
        .toList();
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new InputException("%s: not a path: %s".formatted(text, e.getReason()));
    }
  }

  /** Reports a wrong number in words for people; picocli's speak of ints. */
  static final class VcpuCount implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      try {
        return Integer.valueOf(text.strip());
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'%s': not a number of vCPUs".formatted(text));
      }
    }
  }

  /** Returns the VM's name: that of the kernel's file without its last dot and the rest. */
  private static String name(Path kernel) {
    String file = kernel.getFileName().toString().replaceAll("\\p{C}", "?");
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }
}
