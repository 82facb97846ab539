// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.cli.Guests;
import tombolo.cli.Tombolo;
import tombolo.testing.RequiredTool;

/** Debian's kernel with its root file system on a disk: by an initial RAM disk, and by U-Boot. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DiskRootTest {
  private static final int SECTOR = 512;
  private static final int FIRST_SECTOR = 2048;

  @TempDir private Path directory;
  private LinuxFiles linux;
  private Path mke2fs;

  @BeforeEach
  void findTools() throws IOException {
    linux = LinuxFiles.require().withModuleNames();
    mke2fs = RequiredTool.require("mke2fs");
  }

  private static void run(String... line) throws Exception {
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
  }

  private Path initrd(String... options) {
    Path initrd = directory.resolve("initrd.cpio");
    List<String> line = new ArrayList<>(List.of("image", "--output=" + initrd));
    line.addAll(Arrays.asList(options));
    Tombolo.Result result = new Tombolo().run(line.toArray(String[]::new));
    assertThat(result.err()).isEmpty();
    return initrd;
  }

  private String exampleDisk() throws Exception {
    String disk = directory.resolve("disk.img").toString();
    run(Guests.repository().resolve("examples/debian-disk.sh").toString(), disk);
    return disk;
  }

  private Tombolo.Result boot(Path kernel, String... more) {
    List<String> line =
        new ArrayList<>(List.of("boot", kernel.toString(), "--memory=256M", "--timeout=5m"));
    line.addAll(Arrays.asList(more));
    return new Tombolo().run(line.toArray(String[]::new));
  }

  @Test
  void theDisksInitIsProcessOneAndTheDiskKeepsWhatItWrites() throws Exception {
    String disk = exampleDisk();
    Path initrd = initrd("--root=/dev/vda");
    for (int boots = 1; boots <= 2; boots++) {
      Tombolo.Result result =
          boot(
              linux.kernel(),
              "--initrd=" + initrd,
              "--disk=" + disk,
              "--rtc=2026-06-01T00:00:00Z",
              "--append=console=ttyS0 quiet");

      assertThat(result.err()).isEmpty();
      assertThat(result.status()).as(result.out()).isZero();
      assertThat(result.out())
          .contains("I am process 1, and my root is /dev/vda ext4.")
          .contains("It is 2026.")
          .contains("This disk has booted %d time(s).".formatted(boots));
    }
  }

  @Test
  void whatIsMissingIsSaidAndEndsTheVm() throws Exception {
    Path initrd = initrd("--root=/dev/vdb");
    Tombolo.Result result =
        boot(
            linux.kernel(),
            "--initrd=" + initrd,
            "--disk=" + exampleDisk(),
            "--append=console=ttyS0 quiet");

    assertThat(result.status()).as(result.out()).isEqualTo(1);
    assertThat(result.out()).contains("init: /dev/vdb is no disk of this VM.");
  }

  /** A disk with one partition, as U-Boot wants it. */
  private Path partitioned(Path root) throws Exception {
    Path disk = directory.resolve("partitioned.img");
    long bytes = 80L << 20;
    try (FileChannel file =
        FileChannel.open(disk, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), bytes - 1);
    }
    run(
        mke2fs.toString(),
        "-q",
        "-t",
        "ext4",
        "-E",
        "offset=" + FIRST_SECTOR * SECTOR,
        "-d",
        root.toString(),
        disk.toString(),
        (bytes - (long) FIRST_SECTOR * SECTOR) / 1024 + "k");
    ByteBuffer table = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
    table.put(446, (byte) 0x80).put(450, (byte) 0x83).putInt(454, FIRST_SECTOR);
    table.putInt(458, (int) (bytes / SECTOR) - FIRST_SECTOR).putShort(510, (short) 0xaa55);
    try (FileChannel file = FileChannel.open(disk, StandardOpenOption.WRITE)) {
      file.write(table, 0);
    }
    return disk;
  }

  @ParameterizedTest
  @ValueSource(strings = {"plic", "aia"})
  void ubootBootsWhatTheDisksExtlinuxConfNames(String interrupts) throws Exception {
    Path root = directory.resolve("root");
    for (String each : List.of("bin", "sbin", "dev", "proc", "sys", "boot/extlinux")) {
      Files.createDirectories(root.resolve(each));
    }
    Files.copy(linux.busybox(), root.resolve("bin/busybox"));
    Files.writeString(
        root.resolve("sbin/init"),
        """
        #!/bin/busybox sh
        export PATH=/bin
        busybox --install -s /bin
        echo "process $$ of $(cat /sys/firmware/devicetree/base/model), $(cat /proc/cmdline)"
        mount -o remount,ro /
        poweroff -f
        """);
    assertThat(root.resolve("sbin/init").toFile().setExecutable(true)).isTrue();
    Files.copy(linux.kernel(), root.resolve("boot/Image"));
    Files.copy(initrd("--root=/dev/vda1"), root.resolve("boot/initrd"));
    String append = "console=ttyS0 quiet word=" + "x".repeat(900);
    Files.writeString(
        root.resolve("boot/extlinux/extlinux.conf"),
        """
        default debian
        timeout 1
        label debian
          kernel /boot/Image
          initrd /boot/initrd
          append %s
        """
            .formatted(append));

    Tombolo.Result result =
        boot(linux.uboot(), "--disk=" + partitioned(root), "--interrupts=" + interrupts);

    assertThat(result.err()).isEmpty();
    assertThat(result.status()).as(result.out()).isZero();
    assertThat(result.out())
        .contains("U-Boot 20", "Starting kernel ...")
        .contains("process 1 of tombolo,riscv, " + append);
  }
}
