// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.cli.Tombolo;
import tombolo.cli.image.Initramfs;
import tombolo.testing.RequiredTool;

/** Debian's kernel saves and restores the vector registers of processes and of their signals. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class VectorsLinuxTest {
  @TempDir private Path directory;

  @Test
  void processesKeepTheirVectorsWhenOthersRunAndSignalsCome() throws Exception {
    LinuxFiles linux = LinuxFiles.require();
    Path vectors = directory.resolve("vectors");
    Path source = directory.resolve("vectors.c");
    try (var in = VectorsLinuxTest.class.getResourceAsStream("vectors.c")) {
      Files.write(source, in.readAllBytes());
    }
    Process compiler =
        new ProcessBuilder(
                RequiredTool.require("riscv64-linux-gnu-gcc").toString(),
                "-O2",
                "-static",
                "-o",
                vectors.toString(),
                source.toString())
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    Initramfs image = new Initramfs(linux.busybox());
    image.add(vectors, "/bin/vectors");
    image.runScript(Files.writeString(directory.resolve("vectors.sh"), "/bin/vectors\n"));
    Path initrd = directory.resolve("initrd.cpio");
    image.writeTo(initrd);

    Tombolo.Result result =
        new Tombolo()
            .run(
                "boot",
                linux.kernel().toString(),
                "--initrd=" + initrd,
                "--vcpus=2",
                "--append=console=ttyS0 quiet",
                "--timeout=8m");

    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(result.out()).isZero();
    assertThat(result.out()).contains("bytes: 6 of 6 processes kept theirs");
  }
}
