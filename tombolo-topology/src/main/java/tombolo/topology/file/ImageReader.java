// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tombolo.machine.image.BootImage;
import tombolo.machine.image.ElfMachine;
import tombolo.machine.image.ImageException;
import tombolo.machine.image.Initrd;
import tombolo.machine.image.KernelImage;
import tombolo.machine.image.SymbolTable;
import tombolo.topology.MemorySize;
import tombolo.topology.Platform;

/**
 * Reads the keys of a VM that say what it boots, and the files that they name: kernel, initrd,
 * append. Reads each file once, even if several VMs boot it. What was checked is what boots. For
 * one thread.
 */
final class ImageReader {
  /** Stands for a kernel that is wrong. */
  private static final KernelImage NO_KERNEL =
      new KernelImage("none", List.of(), 0, SymbolTable.EMPTY);

  private final Path file;
  private final Map<KernelFile, KernelImage> kernels = new LinkedHashMap<>();
  private final Map<Path, byte[]> initrds = new LinkedHashMap<>();

  /** A kernel is read for a processor and for RAM at an address. */
  private record KernelFile(Path path, ElfMachine machine, long ramBase) {}

  /**
   * What a VM's keys name.
   *
   * @param kernel null if it is absent or wrong
   */
  record Named(@Nullable KernelImage kernel, Path kernelFile, @Nullable Path initrdFile) {}

  /**
   * @param file the topology file, to which paths are relative
   */
  ImageReader(Path file) {
    this.file = file;
  }

  /**
   * Finds the files and reads the kernel.
   *
   * @param platform for which the kernel has to be; null if it is not known
   * @param memory bytes of RAM, which bound what is read
   * @param prepare the command that makes missing files, as the file says; or null
   */
  Named find(Section vm, @Nullable Platform platform, long memory, @Nullable String prepare) {
    Path kernel = present(vm, "kernel", path(vm, "kernel"), prepare);
    Path initrd = present(vm, "initrd", path(vm, "initrd"), prepare);
    return new Named(
        kernel == null || platform == null ? null : kernel(vm, kernel, platform, memory),
        kernel == null ? file : kernel,
        initrd);
  }

  /** Reads a key as a path, relative to the file; returns null if it is absent or wrong. */
  @Nullable Path path(Section vm, String key) {
    String text = vm.string(key, "a path, as a string");
    if (text == null) {
      return null;
    }
    try {
      return file.resolveSibling(text);
    } catch (InvalidPathException e) {
      vm.wrong(key, "\"%s\": not a path: %s".formatted(text, e.getReason()));
      return null;
    }
  }

  /** Returns null, and notes the mistake, if the file is missing and can be made. */
  private static @Nullable Path present(
      Section vm, String key, @Nullable Path path, @Nullable String prepare) {
    if (path == null || prepare == null || Files.exists(path)) {
      return path;
    }
    vm.wrong(key, "%s: no such file; first run: %s".formatted(path, prepare));
    return null;
  }

  /** Reads a kernel; returns null if it can't be read. */
  private @Nullable KernelImage kernel(Section vm, Path path, Platform platform, long memory) {
    KernelFile key = new KernelFile(path, platform.board().machine(), platform.board().ramBase());
    KernelImage known = kernels.get(key);
    if (known != null) {
      return known;
    }
    try {
      KernelImage read = platform.board().readKernel(path, memory);
      kernels.put(key, read);
      return read;
    } catch (ImageException e) {
      vm.wrong("kernel", String.valueOf(e.getMessage()));
      return null;
    }
  }

  /**
   * Reads the initial RAM disk, and checks that it and the kernel fit into RAM.
   *
   * @param memory bytes of RAM; 0 if that is not known
   */
  BootImage read(Section vm, Named named, Platform platform, long memory) {
    KernelImage kernel = named.kernel();
    long behindKernel = 0;
    if (kernel != null) {
      checkFits(vm, named.kernelFile(), kernel, platform, memory);
      behindKernel = Math.max(0, end(kernel) - platform.board().ramBase());
    }
    Path initrdFile = named.initrdFile();
    byte[] initrd =
        initrdFile == null || memory == 0 ? null : initrd(vm, initrdFile, memory, behindKernel);
    return new BootImage(kernel == null ? NO_KERNEL : kernel, initrd, append(vm, kernel));
  }

  private static String append(Section vm, @Nullable KernelImage kernel) {
    String append = vm.string("append", "a string");
    if (append == null) {
      return "";
    }
    String objection = (kernel == null ? NO_KERNEL : kernel).objectionTo(append);
    if (objection != null) {
      vm.wrong("append", objection);
    }
    return append;
  }

  private static void checkFits(
      Section vm, Path file, KernelImage kernel, Platform platform, long memory) {
    String objection = memory == 0 ? null : platform.objectionToKernel(kernel, memory);
    if (objection != null) {
      vm.wrong(
          "kernel",
          "%s: %s, or give the VM more memory (it has %s)"
              .formatted(file, objection, MemorySize.describe(memory)));
      return;
    }
    String tooLittle = memory == 0 ? null : Platform.objectionToMemory(kernel, memory);
    if (tooLittle != null) {
      vm.wrong("memory", tooLittle);
    }
  }

  /** Returns the first guest physical address after a kernel. */
  private static long end(KernelImage kernel) {
    return kernel.segments().stream()
        .mapToLong(segment -> segment.gpa() + segment.memorySize())
        .max()
        .orElse(0);
  }

  /**
   * Reads the initial RAM disk; returns null if it is wrong.
   *
   * @param behindKernel bytes of RAM up to the end of the kernel
   */
  private byte @Nullable [] initrd(Section vm, Path path, long memory, long behindKernel) {
    byte[] bytes = initrds.get(path);
    if (bytes == null) {
      try {
        bytes = Initrd.read(path, memory);
      } catch (ImageException e) {
        vm.wrong("initrd", String.valueOf(e.getMessage()));
        return null;
      }
      initrds.put(path, bytes);
    }
    if (behindKernel <= memory && bytes.length > memory - behindKernel) {
      vm.wrong(
          "initrd",
          "%s: %d bytes don't fit into RAM of %s behind the kernel; give the VM more memory"
              .formatted(path, bytes.length, MemorySize.describe(memory)));
    }
    return bytes;
  }
}
