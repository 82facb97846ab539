// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tombolo.cli.image.DebianLinux;
import tombolo.cli.image.Initramfs;
import tombolo.machine.image.ElfImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.ImageException;
import tombolo.topology.InputException;

/** {@code tombolo image}: makes an initial RAM disk for a Linux guest. */
@Command(
    name = "image",
    description =
        "Makes an initial RAM disk for a Linux guest, from busybox and the files that you add.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the image is written; a line on standard output says so",
      "2:an argument or a file cannot be used",
      "71:a mistake in Tombolo",
      "74:the output could not be written",
      "141:the reader of the output has gone"
    },
    footer = {
      "",
      "The same files give the same image, to the byte. In the guest, /init mounts /proc, /sys and"
          + " /dev, loads the modules, and runs the script, or a shell where there is none. When"
          + " that ends, the guest powers off; the script's exit status is the guest's. With --root"
          + " it becomes the init of the disk instead, or that of init=PATH on the kernel's command"
          + " line."
    })
final class ImageCommand implements Callable<Integer> {
  /** Lists the modules in the order in which they have to be loaded. */
  private static final List<String> IVC_MODULES = List.of("uio", "uio_pci_generic");

  private static final List<String> VSOCK_MODULES =
      List.of("vsock", "vmw_vsock_virtio_transport_common", "vmw_vsock_virtio_transport");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "the file to write; replaces an existing one")
  private String output;

  @Option(
      names = "--busybox",
      paramLabel = "FILE",
      description =
          "a busybox for RISC-V, linked statically (default: the one of guests/linux/fetch)")
  private @Nullable String busybox;

  @Option(
      names = "--add",
      paramLabel = "SOURCE:TARGET",
      description =
          "a file or a directory, and where the guest finds it; may be given several times")
  private List<String> additions = new ArrayList<>();

  @Option(
      names = "--modules",
      paramLabel = "NAME|FILE",
      split = ",",
      description =
          "kernel modules in the order in which they are loaded: by name, for example ext4, with"
              + " all that they need; or files, .ko or .ko.xz")
  private List<String> modules = new ArrayList<>();

  @Option(
      names = "--modules-from",
      paramLabel = "DIRECTORY",
      description =
          "the lib/modules/VERSION of the kernel whose modules have these names (default: that of"
              + " guests/linux/fetch)")
  private @Nullable String modulesFrom;

  @Option(
      names = "--root",
      paramLabel = "DEVICE[:TYPE]",
      converter = RootOption.Converter.class,
      description =
          "a disk with the root file system, for example /dev/vda: load what it takes to mount it,"
              + " and run its /sbin/init; TYPE is that of the file system (default: ext4)")
  private @Nullable RootOption root;

  @Option(
      names = "--ivc",
      description =
          "ivc-send and ivc-recv, and the modules that they need, of the kernel of"
              + " guests/linux/fetch")
  private boolean ivc;

  @Option(
      names = "--vsock",
      description =
          "vsock-send and vsock-recv, and the modules that AF_VSOCK needs, of the kernel of"
              + " guests/linux/fetch")
  private boolean vsock;

  @Option(
      names = "--init",
      paramLabel = "SCRIPT",
      description = "a script to run instead of a shell")
  private @Nullable String script;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Initramfs image = new Initramfs(program("--busybox", busybox()));
    if (ivc) {
      addPrograms(image, "ivc", IVC_MODULES);
    }
    if (vsock) {
      addPrograms(image, "vsock", VSOCK_MODULES);
    }
    new ModuleOptions(modules, modulesFrom, root).files().forEach(image::addModule);
    Path archive = path("--output", output);
    image.leaveOut(archive);
    for (String addition : additions) {
      add(image, addition);
    }
    if (root != null && script != null) {
      throw new InputException("--root and --init: only one of them; a disk has its own init");
    }
    if (root != null) {
      image.switchRoot(root.device(), root.type());
    }
    if (script != null) {
      image.runScript(file("--init", script));
    }
    try {
      long bytes = image.writeTo(archive);
      say("%s: %d KiB".formatted(archive, (bytes + 1023) >> 10));
    } catch (IOException e) {
      throw new InputException("%s: can't be written: %s".formatted(archive, reason(e)));
    }
    return 0;
  }

  private String busybox() {
    if (busybox != null) {
      return busybox;
    }
    return requireDebian("--busybox FILE is missing").busybox().toString();
  }

  static DebianLinux requireDebian(String what) {
    DebianLinux linux = DebianLinux.inCache();
    if (!linux.isComplete()) {
      throw new InputException(
          "%s: nothing is in %s; run guests/linux/fetch".formatted(what, linux.directory()));
    }
    return linux;
  }

  /**
   * Adds NAME-send and NAME-recv, which are one program that acts on its name.
   *
   * @param name also the option's
   */
  private static void addPrograms(Initramfs image, String name, List<String> modules) {
    String home = System.getProperty("tombolo.home");
    if (home == null) {
      throw new InputException(
          "--%s: its programs are found only by the launcher; run ./tombolo".formatted(name));
    }
    Path program = program("--" + name, Path.of(home, "guests", "bin", "linux", name).toString());
    DebianLinux linux = requireDebian("--%s: no kernel modules".formatted(name));
    try {
      for (String module : modules) {
        image.addModule(
            linux
                .module(module)
                .orElseThrow(
                    () ->
                        new InputException(
                            ("--%1$s: no module %2$s in %3$s/modules; remove %3$s and run"
                                    + " guests/linux/fetch")
                                .formatted(name, module, linux.directory()))));
      }
      image.add(program, "/bin/%s-send".formatted(name));
      image.link("/bin/%s-recv".formatted(name), name + "-send");
    } catch (IOException e) {
      throw new InputException("--%s: a file can't be read: %s".formatted(name, reason(e)));
    }
  }

  private static void add(Initramfs image, String addition) {
    int colon = addition.lastIndexOf(':');
    if (colon < 1 || colon == addition.length() - 1) {
      throw new InputException(
          "--add %s: write SOURCE:TARGET, for example build/hello:/bin/hello".formatted(addition));
    }
    Path source = path("--add", addition.substring(0, colon));
    String target = addition.substring(colon + 1);
    try {
      if (target.endsWith("/")) {
        image.addInto(source, target);
      } else {
        image.add(source, target);
      }
    } catch (InputException e) {
      throw new InputException("--add " + e.getMessage());
    }
  }

  /** Returns a program that a guest can run without libraries. */
  private static Path program(String option, String text) {
    Path file = file(option, text);
    try {
      ElfImage.check(file, ElfMachine.RISCV);
    } catch (ImageException e) {
      throw new InputException("%s %s".formatted(option, e.getMessage()));
    }
    return file;
  }

  static Path file(String option, String text) {
    Path file = path(option, text);
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "%s %s: %s".formatted(option, text, Files.exists(file) ? "not a file" : "no such file"));
    }
    if (!Files.isReadable(file)) {
      throw new InputException("%s %s: no permission to read it".formatted(option, text));
    }
    return file;
  }

  static Path path(String option, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new InputException("%s %s: not a path: %s".formatted(option, text, e.getReason()));
    }
  }

  /** Returns the reason in words. Some exceptions have only the file's name for a message. */
  static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException missing -> missing.getFile() + ": no such file";
      case java.nio.file.AccessDeniedException denied -> denied.getFile() + ": no permission";
      default -> String.valueOf(e.getMessage());
    };
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
