// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tombolo.testing.WorkTree;
import tombolo.topology.Platform;
import tombolo.topology.Topology;

/** A file {@code t.toml} beside a kernel {@code k.elf}, read on a host of 16 GiB. */
final class TopologyFixture {
  /** Lines 1 to 4 of a file. */
  static final String TWO_VMS =
      """
      [vm.alice]
      kernel = "k.elf"
      [vm.bob]
      kernel = "k.elf"
      """;

  private static final long HOST_MEMORY = 16L << 30;

  private final Path directory;

  TopologyFixture(Path directory) {
    this.directory = directory;
    try {
      Files.copy(WorkTree.path("guests/bin/hello.elf"), directory.resolve("k.elf"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lines of one VM, after its heading and kernel: the first is line 3. */
  static String vm(String... lines) {
    return "[vm.alice]\nkernel = \"k.elf\"\n" + String.join("\n", lines) + "\n";
  }

  /**
   * Two VMs and a channel {@code c}, whose heading is line 5. A line with a key of publisher,
   * subscribers, key and size, which are lines 6 to 9, takes that one's place; others follow.
   */
  static String channel(String... lines) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "[channel.c]",
                "publisher = \"alice\"",
                "subscribers = [\"bob\"]",
                "key = 1",
                "size = \"16 KiB\""));
    for (String line : lines) {
      String key = line.substring(0, line.indexOf('=') + 1);
      int place = all.stream().map(one -> one.startsWith(key)).toList().indexOf(true);
      if (place < 0) {
        all.add(line);
      } else {
        all.set(place, line);
      }
    }
    return TWO_VMS + String.join("\n", all) + "\n";
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  Topology read(byte[] content) throws IOException {
    return read(Files.write(path("t.toml"), content));
  }

  Topology read(String toml) throws IOException {
    return read(Files.writeString(path("t.toml"), toml));
  }

  static Topology read(Path file) {
    return TopologyFile.read(file, Platform.all(), () -> HOST_MEMORY);
  }

  /** What is wrong with a text: lines without the directory and without {@code t.toml:}. */
  List<String> mistakes(String toml) throws IOException {
    Files.writeString(path("t.toml"), toml);
    return mistakes(path("t.toml")).stream().map(line -> line.replace("t.toml:", "")).toList();
  }

  /** What is wrong with a file: lines without the directory. */
  List<String> mistakes(Path file) {
    TopologyException exception = catchThrowableOfType(TopologyException.class, () -> read(file));
    assertThat(exception).as("mistakes").isNotNull();
    String lines =
        exception.mistakes().stream().map(Mistake::toString).collect(Collectors.joining("\n"));
    assertThat(exception).hasMessage(lines);
    return Arrays.asList(lines.replace(directory + "/", "").split("\n", -1));
  }
}
