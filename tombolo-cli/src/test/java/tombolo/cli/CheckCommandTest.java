// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  private static final String ALICE = "[vm.alice]\nkernel = '" + Guests.guest("hello") + "'\n";
  private static final String GREETING =
      ALICE
          + "[vm.bob]\nkernel = '"
          + Guests.guest("echo")
          + "'\n[channel.greetings]\npublisher = 'alice'\nsubscribers = ['bob']\nkey = 0x1\n"
          + "size = '16 KiB'\n";

  /** The least that a disk may hold, in bytes. */
  private static final int SECTOR = 512;

  /** A cpio archive of format {@code newc} that holds its end mark only. */
  private static final String EMPTY_ARCHIVE =
      "070701"
          + "0".repeat(88)
          + "0000000b" // the length of the name
          + "0".repeat(8)
          + "TRAILER!!!\0\0\0\0";

  @TempDir private Path directory;

  private String file(String name, String toml) throws IOException {
    return Files.writeString(directory.resolve(name), toml).toString();
  }

  private static Tombolo.Result check(String... files) {
    String[] arguments = new String[files.length + 1];
    arguments[0] = "check";
    System.arraycopy(files, 0, arguments, 1, files.length);
    return new Tombolo().run(arguments);
  }

  @Test
  void aLineForEachFileThatIsFine() throws IOException {
    String one = file("one.toml", ALICE);
    String two = file("two.toml", GREETING);

    assertThat(check(one, two))
        .isEqualTo(
            new Tombolo.Result(
                0, one + ": 1 VM, 0 channels: fine\n" + two + ": 2 VMs, 1 channel: fine\n", ""));
  }

  @Test
  void aLineForEachMistakeAndNothingElse() throws IOException {
    String good = file("good.toml", GREETING);
    String bad = file("bad.toml", ALICE + "memmory = 1\nvcpus = 9\n");

    assertThat(check(good, bad, "nowhere.toml"))
        .isEqualTo(
            new Tombolo.Result(
                2,
                "",
                bad
                    + ":3: vm.alice.memmory: no such key; did you mean memory?\n"
                    + bad
                    + ":4: vm.alice.vcpus: 9: accelerator riscv has 1 to 8\n"
                    + "nowhere.toml: no such file\n"));
  }

  @Test
  void theSameInJson() throws IOException {
    String good = file("good.toml", GREETING);
    String bad = file("bad.toml", ALICE + "memmory = 1\n");

    assertThat(check("--json", good, bad))
        .isEqualTo(
            new Tombolo.Result(
                2,
                """
                {
                  "fine": false,
                  "files": [
                    {
                      "file": "GOOD",
                      "fine": true,
                      "vms": 2,
                      "channels": 1,
                      "mistakes": []
                    },
                    {
                      "file": "BAD",
                      "fine": false,
                      "vms": null,
                      "channels": null,
                      "mistakes": [
                        {
                          "line": 3,
                          "key": "vm.alice.memmory",
                          "message": "no such key; did you mean memory?"
                        }
                      ]
                    }
                  ]
                }
                """
                    .replace("GOOD", good)
                    .replace("BAD", bad),
                ""));
    assertThat(check("--json", good).status()).isZero();
  }

  /**
   * Every example, with stand-ins for what {@code prepare} downloads and makes for some of them.
   */
  @Test
  void everyExampleIsFineOnceItIsPrepared() throws IOException {
    Path repository = Guests.repository();
    Path guests = Files.createDirectory(directory.resolve("guests"));
    Files.createSymbolicLink(guests.resolve("bin"), repository.resolve("guests/bin"));
    SmallLinux.printing("", Files.createDirectories(guests.resolve("linux/debian")));
    Path examples = Files.createDirectory(directory.resolve("examples"));
    List<String> files = new ArrayList<>();
    try (Stream<Path> originals = Files.list(repository.resolve("examples"))) {
      for (Path original : (Iterable<Path>) originals::iterator) {
        String name = original.getFileName().toString();
        if (name.endsWith(".toml")) {
          files.add(Files.copy(original, examples.resolve(name)).toString());
          Files.writeString(examples.resolve(name.replace(".toml", ".cpio")), EMPTY_ARCHIVE);
          Files.write(examples.resolve(name.replace(".toml", ".img")), new byte[SECTOR]);
        }
      }
    }

    Tombolo.Result result = check(files.toArray(String[]::new));

    assertThat(result.err()).isEmpty();
    assertThat(result.out()).hasLineCount(files.size());
  }

  @Test
  void noFile() {
    Tombolo.Result result = check();

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .startsWith("tombolo check: Missing required parameter: 'FILE'")
        .hasLineCount(1);
  }

  @Test
  void aNameThatNoFileCanHave() {
    assertThat(check("a\0b"))
        .isEqualTo(new Tombolo.Result(2, "", "a\\u0000b: not a path: Nul character not allowed\n"));
  }

  /** Returns the keys of a table, which the message for one that there is not lists. */
  private List<String> keys(String table, String start) throws IOException {
    String err = check(file("keys.toml", GREETING + table + "\nfrobnicate = 1\n")).err();
    String list = err.substring(err.indexOf(start) + start.length()).lines().findFirst().orElse("");
    return List.of(list.split(", "));
  }

  @Test
  void helpNamesEveryKey() throws IOException {
    List<String> help = check("--help").out().lines().map(line -> line + " ").toList();
    List<String> keys = new ArrayList<>(keys("[vm.carol]", "a VM has "));
    keys.addAll(keys("[channel.c]", "a channel has "));
    keys.addAll(keys("[simulation]", "a simulation has "));

    assertThat(keys).contains("kernel", "gdb", "networks", "publisher", "bridge", "faults");
    assertThat(keys).allSatisfy(key -> assertThat(help).anyMatch(is("  " + key + " ")));
    assertThat(help).contains("Exit status: ");
  }

  private static Predicate<String> is(String start) {
    return line -> line.startsWith(start);
  }
}
