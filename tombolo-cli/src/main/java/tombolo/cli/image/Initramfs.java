// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tombolo.topology.InputException;

/**
 * The first root file system of a Linux guest: busybox, what was added, and an {@code /init} that
 * brings it up and runs a shell or a script. Not thread-safe.
 */
public final class Initramfs {
  private static final int EXECUTABLE = 0755;
  private static final int READABLE = 0644;
  private static final int CONSOLE = CpioWriter.CHARACTER_DEVICE | 0600;
  private static final int CONSOLE_NUMBER = 5 << 8 | 1;
  private static final List<String> DIRECTORIES =
      List.of("bin", "dev", "etc", "lib", "lib/modules", "mnt", "proc", "root", "sys", "tmp");

  private final ImageTree tree = new ImageTree();
  private @Nullable Path leftOut;
  private int modules;

  /**
   * Makes one with busybox, to which more can be added.
   *
   * @param busybox a static one
   */
  public Initramfs(Path busybox) {
    for (String name : DIRECTORIES) {
      tree.put(name, new ImageTree.Directory());
    }
    tree.put("bin/busybox", new ImageTree.HostFile(busybox, true));
    tree.put("bin/sh", new ImageTree.Link("busybox"));
    tree.put("dev/console", new ImageTree.Node(CONSOLE, CONSOLE_NUMBER)); // for init's first words
    tree.put("init", new ImageTree.Text(InitScript.TEXT));
    tree.put(InitScript.SHELL_START, new ImageTree.Text(InitScript.SHELL_START_TEXT));
    tree.put(InitScript.DHCP, new ImageTree.Text(InitScript.DHCP_TEXT));
  }

  /**
   * Leaves a file out of the directories that are added from now on: the image itself, which an
   * earlier run may have left in one.
   */
  public void leaveOut(Path file) {
    leftOut = Files.exists(file) ? Source.read(file, file::toRealPath) : null;
  }

  /**
   * Adds a file, or a directory with all that is in it. A link here is followed; links in a
   * directory stay links, and so do its devices, pipes and sockets.
   *
   * @param source where it is on the host
   * @param target where the guest finds it, a path from the root; what is there is replaced
   * @throws InputException if the host's file can't be read, or is neither a file nor a directory,
   *     or if what is there cannot be replaced
   */
  public void add(Path source, String target) {
    addBytes(source, GuestPath.of(NameBytes.of(target)));
  }

  /** Adds a file, or a directory with all that is in it, under its own name to a directory. */
  public void addInto(Path source, String directory) {
    String name = NameBytes.of(source.toAbsolutePath().normalize().getFileName());
    addBytes(source, GuestPath.of(NameBytes.of(directory) + "/" + name));
  }

  private void addBytes(Path source, String top) {
    Path real = Source.read(source, source::toRealPath);
    if (!Files.isDirectory(real) && !Files.isRegularFile(real)) {
      throw new InputException(
          source + ": a device, a pipe or a socket; give a regular file or a directory");
    }
    if (real.equals(leftOut)) {
      throw new InputException(source + ": the image itself; write the image to another file");
    }
    for (Path file : Source.read(source, () -> below(real))) {
      if (!file.equals(leftOut)) {
        String below = NameBytes.of(real.relativize(file));
        tree.put(below.isEmpty() ? top : top.isEmpty() ? below : top + "/" + below, entry(file));
      }
    }
  }

  private static List<Path> below(Path top) throws IOException {
    try (Stream<Path> all = Files.walk(top)) {
      return all.toList();
    }
  }

  /**
   * Adds a symbolic link.
   *
   * @param path where the guest finds it
   * @param target what it leads to
   */
  public void link(String path, String target) {
    tree.put(GuestPath.of(NameBytes.of(path)), new ImageTree.Link(NameBytes.of(target)));
  }

  /** Adds a kernel module, which init loads after those that were added before it. */
  public void addModule(Path module) {
    String name = "%03d-%s".formatted(modules++, NameBytes.of(module.getFileName()));
    tree.put("lib/modules/" + name, new ImageTree.HostFile(module, false));
  }

  /**
   * Has init run a script of the host instead of a shell. If it fails, so does the guest, with its
   * status.
   */
  public void runScript(Path script) {
    tree.put(InitScript.SCRIPT, new ImageTree.HostFile(script, true));
  }

  /**
   * Has init make a disk the root file system and run its first program instead of a shell.
   *
   * @param device a block device's path, without characters that mean something to a shell
   * @param type of its file system
   */
  public void switchRoot(String device, String type) {
    tree.put("init", new ImageTree.Text(InitScript.forRoot(device, type)));
  }

  private static ImageTree.Entry entry(Path file) {
    return Source.read(
        file,
        () -> {
          Map<String, Object> attributes =
              Files.readAttributes(file, "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
          int mode = (Integer) require(attributes, "mode");
          return switch (mode & CpioWriter.TYPE) {
            case CpioWriter.LINK -> new ImageTree.Link(NameBytes.of(Files.readSymbolicLink(file)));
            case CpioWriter.DIRECTORY -> new ImageTree.Directory();
            case CpioWriter.FILE -> new ImageTree.HostFile(file, Files.isExecutable(file));
            default -> new ImageTree.Node(mode, (Long) require(attributes, "rdev"));
          };
        });
  }

  private static Object require(Map<String, Object> attributes, String name) {
    return Objects.requireNonNull(attributes.get(name), name);
  }

  /**
   * Writes it as a cpio archive, which is complete under its name or not there.
   *
   * @return its size in bytes
   * @throws InputException if a file that was added can't be read
   * @throws IOException if the archive can't be written
   */
  public long writeTo(Path archive) throws IOException {
    long[] size = new long[1];
    WholeFile.write(archive, out -> size[0] = writeTo(out));
    return size[0];
  }

  /** Writes it as a cpio archive; the stream is not closed. Returns its size in bytes. */
  public long writeTo(OutputStream out) throws IOException {
    CpioWriter cpio = new CpioWriter(out);
    for (Map.Entry<String, ImageTree.Entry> each : tree.entries().entrySet()) {
      String path = each.getKey();
      switch (each.getValue()) {
        case ImageTree.Directory() ->
            cpio.add(path, CpioWriter.DIRECTORY | EXECUTABLE, new byte[0]);
        case ImageTree.Link(String target) ->
            cpio.add(path, CpioWriter.LINK | 0777, target.getBytes(ISO_8859_1));
        case ImageTree.Text(String content) ->
            cpio.add(path, CpioWriter.FILE | EXECUTABLE, content.getBytes(UTF_8));
        case ImageTree.HostFile(Path file, boolean executable) ->
            cpio.addFile(path, executable ? EXECUTABLE : READABLE, file);
        case ImageTree.Node(int mode, long device) -> cpio.addNode(path, mode, device);
      }
    }
    return cpio.finish();
  }
}
