// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tombolo.cli.image.KernelModules;
import tombolo.topology.InputException;

/**
 * The kernel modules that a person asked for.
 *
 * @param wanted names and files
 * @param from {@code lib/modules/VERSION} of the kernel; null: that of guests/linux/fetch
 * @param root the disk that they have to make usable; null: none
 */
record ModuleOptions(List<String> wanted, @Nullable String from, @Nullable RootOption root) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

  /**
   * Returns the files in the order in which they have to be loaded, each once.
   *
   * @throws InputException if a module is not there
   */
  SequencedSet<Path> files() {
    SequencedSet<Path> files = new LinkedHashSet<>();
    List<String> names = new ArrayList<>(wanted);
    if (root != null) {
      if (root.device().startsWith("/dev/vd")) {
        names.add("virtio_blk");
      }
      names.add(root.type());
    }
    @Nullable KernelModules kernel = null;
    for (String name : names) {
      if (!NAME.matcher(name).matches() || Files.isRegularFile(Path.of(name))) {
        files.add(ImageCommand.file("--modules", name));
        continue;
      }
      kernel = kernel == null ? kernel(name) : kernel;
      if (!kernel.has(name)) {
        throw new InputException(
            "--modules %s: neither a file nor a module of the kernel in %s"
                .formatted(name, directory(name)));
      }
      files.addAll(kernel.files(name));
    }
    return files;
  }

  private KernelModules kernel(String name) {
    Path directory = directory(name);
    try {
      return KernelModules.in(directory);
    } catch (NoSuchFileException e) {
      throw new InputException(
          "--modules %s: no such file, and modules.dep, which knows names, is not in %s; %s"
              .formatted(
                  name,
                  directory,
                  from == null
                      ? "install depmod (Debian package kmod) and run guests/linux/fetch"
                      : "run depmod for it"));
    } catch (IOException e) {
      throw new InputException(
          "--modules %s: %s can't be read: %s".formatted(name, directory, ImageCommand.reason(e)));
    }
  }

  private Path directory(String name) {
    if (from != null) {
      return ImageCommand.path("--modules-from", from);
    }
    try {
      return ImageCommand.requireDebian("--modules %s: no such file".formatted(name)).modules();
    } catch (IOException e) {
      throw new InputException(
          "--modules %s: can't be read: %s".formatted(name, ImageCommand.reason(e)));
    }
  }
}
