// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The first root file system of a Linux guest: busybox, what was added, and an {@code /init} that
 * brings it up and runs a shell or a script. Not thread-safe.
 */
public final class Initramfs {
  private static final int EXECUTABLE = 0755;
  private static final int READABLE = 0644;
  private static final List<String> DIRECTORIES =
      List.of("bin", "dev", "etc", "lib", "lib/modules", "proc", "root", "sys", "tmp");

  /** An entry of the archive. A file's bytes are read when the archive is written. */
  private sealed interface Entry {
    record Directory() implements Entry {}

    record Link(String target) implements Entry {}

    record Text(String content) implements Entry {}

    record HostFile(Path file, boolean executable) implements Entry {}
  }

  /**
   * By path, so that a directory comes before what is in it, and each order of adding is as good.
   */
  private final Map<String, Entry> entries = new TreeMap<>();

  private int modules;

  /**
   * Makes one with busybox, to which more can be added.
   *
   * @param busybox a static one
   */
  public Initramfs(Path busybox) {
    DIRECTORIES.forEach(name -> entries.put(name, new Entry.Directory()));
    entries.put("bin/busybox", new Entry.HostFile(busybox, true));
    entries.put("bin/sh", new Entry.Link("busybox"));
    entries.put("init", new Entry.Text(InitScript.TEXT));
  }

  /**
   * Adds a file, or a directory with all that is in it. Links stay links.
   *
   * @param source where it is on the host
   * @param target where the guest finds it, a path from the root; what is there is replaced
   * @throws IOException if the host's file can't be read
   */
  public void add(Path source, String target) throws IOException {
    String top = GuestPath.of(target);
    try (Stream<Path> all = Files.walk(source)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        String below = source.relativize(file).toString().replace('\\', '/');
        put(below.isEmpty() ? top : top.isEmpty() ? below : top + "/" + below, entry(file));
      }
    }
  }

  /**
   * Adds a symbolic link.
   *
   * @param path where the guest finds it
   * @param target what it leads to
   */
  public void link(String path, String target) {
    put(GuestPath.of(path), new Entry.Link(target));
  }

  /** Adds a kernel module, which init loads after those that were added before it. */
  public void addModule(Path module) {
    String name = "%03d-%s".formatted(modules++, module.getFileName());
    put("lib/modules/" + name, new Entry.HostFile(module, false));
  }

  /**
   * Has init run a script of the host instead of a shell. If it fails, so does the guest, with its
   * status.
   */
  public void runScript(Path script) {
    put(InitScript.SCRIPT, new Entry.HostFile(script, true));
  }

  /**
   * Has init make a disk the root file system and run its first program instead of a shell.
   *
   * @param device a block device's path, without characters that mean something to a shell
   * @param type of its file system
   */
  public void switchRoot(String device, String type) {
    put("init", new Entry.Text(InitScript.forRoot(device, type)));
  }

  private void put(String path, Entry entry) {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      entries.put(path.substring(0, slash), new Entry.Directory());
    }
    if (!path.isEmpty()) {
      entries.put(path, entry);
    }
  }

  private static Entry entry(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      return new Entry.Link(Files.readSymbolicLink(file).toString());
    }
    if (Files.isDirectory(file)) {
      return new Entry.Directory();
    }
    return new Entry.HostFile(file, Files.isExecutable(file));
  }

  /** Writes it as a cpio archive. */
  public void writeTo(Path archive) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive))) {
      writeTo(out);
    }
  }

  /** Writes it as a cpio archive; the stream is not closed. */
  public void writeTo(OutputStream out) throws IOException {
    CpioWriter cpio = new CpioWriter(out);
    for (Map.Entry<String, Entry> each : entries.entrySet()) {
      String path = each.getKey();
      switch (each.getValue()) {
        case Entry.Directory() -> cpio.add(path, CpioWriter.DIRECTORY | EXECUTABLE, new byte[0]);
        case Entry.Link(String target) ->
            cpio.add(path, CpioWriter.LINK | 0777, target.getBytes(UTF_8));
        case Entry.Text(String content) ->
            cpio.add(path, CpioWriter.FILE | EXECUTABLE, content.getBytes(UTF_8));
        case Entry.HostFile(Path file, boolean executable) ->
            cpio.add(
                path,
                CpioWriter.FILE | (executable ? EXECUTABLE : READABLE),
                Files.readAllBytes(file));
      }
      if (path.equals("dev")) {
        cpio.addDevice("dev/console", 0600, 5, 1); // what init writes to before /dev is mounted
      }
    }
    cpio.finish();
  }
}
