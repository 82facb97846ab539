// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import tombolo.machine.image.BootImage;
import tombolo.machine.virtio.DiskImageException;
import tombolo.topology.DiskSpec;
import tombolo.topology.FolderSpec;
import tombolo.topology.InputException;
import tombolo.topology.MemorySize;
import tombolo.topology.Platform;
import tombolo.topology.VirtioSpec;
import tombolo.topology.VmSpec;

/**
 * Reads the tables {@code [vm.NAME]}. Replaces a wrong value by one with which no check between VMs
 * and channels can fail.
 *
 * <p>{@link ImageReader} reads what a VM boots, {@link VsockReader} its socket device, {@link
 * NicReader} its network cards.
 */
final class VmReader {
  static final long LARGEST_WINDOW = 8L << 30;

  /** Stands for an id that is wrong. */
  static final int NO_ID = 0;

  private static final List<String> KEYS =
      List.of(
          "kernel",
          "initrd",
          "append",
          "memory",
          "vcpus",
          "accelerator",
          "engine",
          "interrupts",
          "id",
          "window",
          "restart",
          "gdb",
          "channels",
          "channel-bytes",
          "disks",
          "folders",
          "virtio-console",
          "rtc",
          VsockReader.CID,
          VsockReader.SOCKET,
          NicReader.NETWORKS);
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,32}");
  private static final long LEAST_WINDOW = 64L << 10;
  private static final long DEFAULT_WINDOW = 64L << 20;
  private static final int MOST_ID = 65_535;
  private static final int MOST_PORT = 65_535;
  private static final int MOST_RESTARTS = 1_000_000;
  private static final int MOST_CHANNELS = 1_000_000;
  private static final int DEFAULT_CHANNELS = 64;
  private static final long MOST_CHANNEL_BYTES = 1L << 50;

  private final Path file;
  private final List<Platform> platforms;
  private final LongSupplier hostMemory;
  private final ImageReader images;

  /**
   * @param file the topology file, to which paths are relative
   * @param platforms what can run VMs, the default first; at least one
   * @param hostMemory bytes that the host has; asked only if a VM says how much it wants
   */
  VmReader(Path file, List<Platform> platforms, LongSupplier hostMemory) {
    this.file = file;
    this.platforms = platforms;
    this.hostMemory = hostMemory;
    images = new ImageReader(file);
  }

  /**
   * Reads a VM.
   *
   * @param position in the file, from 1: the id if none is given
   * @param prepare the command that makes missing files, as the file says; or null
   * @param nics reads its network cards
   */
  VmSpec read(String name, Section vm, int position, @Nullable String prepare, NicReader nics) {
    if (!NAME.matcher(name).matches()) {
      vm.mistakes()
          .add(vm.line(), vm.path(), "not a valid VM name; use 1 to 32 of a-z A-Z 0-9 - _");
    }
    vm.allowOnly(KEYS, "a VM");
    vm.require("kernel", "\"guest.elf\"");
    Platform named = platform(vm);
    Platform platform = named == null ? platforms.getFirst() : named;
    long given = vm.has("memory") ? memory(vm, named) : 0;
    long most = given == 0 ? Platform.MOST_DEFAULT_RAM : given;
    ImageReader.Named files = images.find(vm, named, most, prepare);
    long memory = vm.has("memory") ? given : Platform.defaultRam(files.kernel());
    BootImage image = images.read(vm, files, platform, memory);
    long window = window(vm);
    int id = (int) vm.integer("id", position, NO_ID, 1, MOST_ID);
    return new VmSpec(
        name,
        vm.line(),
        id,
        image,
        memory,
        vcpus(vm, named),
        named == null ? platform : withEngine(vm, withInterrupts(vm, named)),
        window,
        (int) vm.integer("restart", 0, 0, 0, MOST_RESTARTS),
        (int) vm.integer("channels", DEFAULT_CHANNELS, MOST_CHANNELS, 0, MOST_CHANNELS),
        vm.bytes("channel-bytes", window, Long.MAX_VALUE, new Section.Range(0, MOST_CHANNEL_BYTES)),
        VsockReader.read(vm, key -> images.path(vm, key)),
        vm.date("rtc"),
        new VirtioSpec(
            disks(vm, prepare), folders(vm), vm.truth("virtio-console", false), nics.read(vm, id)),
        vm.has("gdb") ? (Integer) (int) vm.integer("gdb", 0, 0, 0, MOST_PORT) : null);
  }

  /** Returns the platform; null if there is none of that name. */
  private @Nullable Platform platform(Section vm) {
    String wanted = "the name of an accelerator: " + Platform.names(platforms);
    if (!vm.has("accelerator")) {
      return platforms.getFirst();
    }
    String name = vm.string("accelerator", wanted);
    if (name == null) {
      return null;
    }
    Platform platform = Platform.named(name, platforms).orElse(null);
    if (platform == null) {
      String guess = Spelling.didYouMean(name, platforms.stream().map(Platform::name).toList());
      vm.wrong(
          "accelerator",
          "\"%s\": no such accelerator in this version%s"
              .formatted(
                  name, guess.isEmpty() ? "; there is " + Platform.names(platforms) : guess));
    }
    return platform;
  }

  private static Platform withInterrupts(Section vm, Platform platform) {
    String name = vm.string("interrupts", "the name of an interrupt controller");
    return name == null
        ? platform
        : platform
            .withInterrupts(name)
            .orElseGet(
                () ->
                    refuse(
                        vm,
                        "interrupts",
                        name,
                        platform,
                        platform.interruptChoice(),
                        platform.interruptControllers()));
  }

  private static Platform withEngine(Section vm, Platform platform) {
    String name = vm.string("engine", "the name of an engine");
    return name == null
        ? platform
        : platform
            .withEngine(name)
            .orElseGet(
                () ->
                    refuse(
                        vm,
                        "engine",
                        name,
                        platform,
                        platform.engineChoice(),
                        platform.accelerator().engines()));
  }

  /** Notes that a name is none of those that there are, and goes on with the platform as it is. */
  private static Platform refuse(
      Section vm, String key, String name, Platform platform, String choice, List<String> names) {
    vm.wrong(key, "\"%s\": %s%s".formatted(name, choice, Spelling.didYouMean(name, names)));
    return platform;
  }

  private static int vcpus(Section vm, @Nullable Platform platform) {
    long vcpus = vm.integer("vcpus", 1, 1, Long.MIN_VALUE, Long.MAX_VALUE);
    String objection = platform == null ? null : platform.objectionToVcpus(vcpus);
    if (objection != null) {
      vm.wrong("vcpus", vcpus + ": " + objection);
    }
    return (int) vcpus;
  }

  /** Returns the bytes of RAM that the file gives; 0 if they are wrong. */
  private long memory(Section vm, @Nullable Platform platform) {
    MemorySize memory = vm.memory("memory");
    if (memory == null || platform == null) {
      return memory == null ? 0 : memory.bytes();
    }
    String objection = platform.objectionToRam(memory, hostMemory);
    if (objection != null) {
      vm.wrong("memory", objection);
      return 0;
    }
    return memory.bytes();
  }

  private static long window(Section vm) {
    Section.Range range = new Section.Range(LEAST_WINDOW, LARGEST_WINDOW);
    long window = vm.bytes("window", DEFAULT_WINDOW, Long.MAX_VALUE, range);
    if (window != Long.MAX_VALUE && Long.bitCount(window) != 1) {
      long below = Long.highestOneBit(window);
      vm.wrong(
          "window",
          "%s is not a power of two; use \"%s\" or \"%s\""
              .formatted(
                  MemorySize.describe(window),
                  MemorySize.describe(below),
                  MemorySize.describe(below << 1)));
      return Long.MAX_VALUE;
    }
    return window;
  }

  /** Returns the folders that can be shared. */
  private List<FolderSpec> folders(Section vm) {
    List<FolderSpec> folders = new ArrayList<>();
    String wanted = "an array of directories: [\"src\", \"data:TAG:ro\"]";
    TomlArray array = vm.array("folders", wanted);
    for (Object entry : array == null ? List.of() : array.toList()) {
      if (!(entry instanceof String text)) {
        vm.wrong("folders", "found %s; wanted %s".formatted(Section.describe(entry), wanted));
        continue;
      }
      try {
        FolderSpec folder = FolderSpec.parse(text).besides(file);
        folder.check();
        folders.add(folder);
      } catch (InvalidPathException e) {
        vm.wrong("folders", "\"%s\": not a path: %s".formatted(text, e.getReason()));
      } catch (InputException e) {
        vm.wrong("folders", String.valueOf(e.getMessage()));
      }
    }
    try {
      FolderSpec.check(folders);
      return folders;
    } catch (InputException e) {
      vm.wrong("folders", String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  /** Returns the disks that can be used. */
  private List<DiskSpec> disks(Section vm, @Nullable String prepare) {
    List<DiskSpec> disks = new ArrayList<>();
    String wanted = "an array of disk images: [\"a.img\", \"b.img,readonly\"]";
    TomlArray array = vm.array("disks", wanted);
    for (Object entry : array == null ? List.of() : array.toList()) {
      if (!(entry instanceof String text)) {
        vm.wrong("disks", "found %s; wanted %s".formatted(Section.describe(entry), wanted));
        continue;
      }
      try {
        DiskSpec disk = DiskSpec.parse(text).besides(file);
        if (prepare != null && !Files.exists(disk.file())) {
          vm.wrong("disks", "%s: no such file; first run: %s".formatted(disk.file(), prepare));
          continue;
        }
        disk.check();
        disks.add(disk);
      } catch (InvalidPathException e) {
        vm.wrong("disks", "\"%s\": not a path: %s".formatted(text, e.getReason()));
      } catch (DiskImageException e) {
        vm.wrong("disks", String.valueOf(e.getMessage()));
      }
    }
    if (disks.size() > DiskSpec.MOST) {
      vm.wrong(
          "disks", "%d disks; a VM can have at most %d".formatted(disks.size(), DiskSpec.MOST));
    }
    return disks;
  }
}
