// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code tombolo boot} does for Linux kernels in particular. */
@Timeout(120)
class LinuxOptionsTest {
  @TempDir Path directory;

  private Tombolo.Result boot(String printing, String... options) throws IOException {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "boot";
    arguments[1] = SmallLinux.printing(printing, directory).toString();
    System.arraycopy(options, 0, arguments, 2, options.length);
    return new Tombolo().run(arguments);
  }

  @Test
  void moreMemoryIsTheDefault() throws IOException {
    Path initrd = directory.resolve("initrd");
    try (RandomAccessFile sparse = new RandomAccessFile(initrd.toFile(), "rw")) {
      sparse.setLength(200L << 20);
    }
    assertThat(boot("Linux\n", "--initrd=" + initrd))
        .isEqualTo(new Tombolo.Result(0, "Linux\n", ""));
  }

  /** As large as Debian's kernel. */
  @Test
  void lessMemoryThanLinuxNeedsIsRefused() throws IOException {
    String kernel = SmallLinux.printing("", directory, 31_899_648).toString();
    assertThat(new Tombolo().run("boot", kernel, "--memory=96M"))
        .isEqualTo(new Tombolo.Result(0, "", ""));
    assertThat(new Tombolo().run("boot", kernel, "--memory=64M"))
        .isEqualTo(
            new Tombolo.Result(
                2,
                "",
                "tombolo boot: --memory: 64 MiB is too little for a Linux kernel of 30 MiB; give it"
                    + " 128 MiB or more\n"));
    assertThat(boot("", "--memory=4M").status()).as("a small kernel").isZero();
  }

  @Test
  void aPanicIsSaidWithAdvice() throws IOException {
    String panic =
        "[    0.0] ---[ end Kernel panic - not syncing: System is deadlocked on memory ]---\r\n";
    assertThat(boot(panic))
        .isEqualTo(
            new Tombolo.Result(
                0,
                panic,
                "tombolo boot: the guest's kernel has panicked (System is deadlocked on memory):"
                    + " give it more --memory\n"));
  }

  @Test
  void aCommandLineThatLinuxWouldCutIsRefused() throws IOException {
    assertThat(boot("Linux", "--append=" + "é".repeat(511) + "x").status()).isZero();
    assertThat(boot("Linux", "--append=" + "é".repeat(512)))
        .isEqualTo(
            new Tombolo.Result(
                2,
                "",
                "tombolo boot: --append: 1024 bytes, of which Linux would read only 1023; shorten"
                    + " it\n"));
    assertThat(new Tombolo().run("boot", Guests.guest("hello"), "--append=" + "x".repeat(2000)))
        .extracting(Tombolo.Result::status)
        .isEqualTo(0);
  }

  @Test
  void aTruncatedInitrdIsRefused() throws IOException {
    Path initrd = Files.writeString(directory.resolve("half.cpio"), "070701" + "0".repeat(20));
    assertThat(boot("", "--initrd=" + initrd))
        .isEqualTo(
            new Tombolo.Result(
                2,
                "",
                "tombolo boot: --initrd %s: truncated: the cpio archive ends in the middle of its archive, which has no end mark, after 26 bytes\n"
                    .formatted(initrd)));
  }
}
