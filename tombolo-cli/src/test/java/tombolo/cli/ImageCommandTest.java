// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Any static program does for a busybox here: nothing runs it. */
class ImageCommandTest {
  @TempDir Path directory;

  private String file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content).toString();
  }

  private Tombolo.Result image(String... more) {
    String[] arguments = new String[more.length + 4];
    arguments[0] = "image";
    arguments[1] = "-o";
    arguments[2] = directory.resolve("initrd.cpio").toString();
    arguments[3] = "--busybox=" + guest("hello");
    System.arraycopy(more, 0, arguments, 4, more.length);
    return new Tombolo().run(arguments);
  }

  @Test
  void itWritesTheImageAndSaysSo() throws IOException {
    String hello = file("hello.txt", "Hello!");
    String script = file("go.sh", "#!/bin/sh\n");
    Tombolo.Result result =
        image(
            "--add=" + hello + ":/etc/motd",
            "--add=" + hello + ":/root/",
            "--modules=" + file("b.ko", "B") + "," + file("a.ko", "A"),
            "--init=" + script);

    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    assertThat(result.out()).matches("\\Q" + directory + "\\E/initrd.cpio: \\d+ KiB\n");
    assertThat(
            Files.readString(
                directory.resolve("initrd.cpio"), java.nio.charset.StandardCharsets.ISO_8859_1))
        .contains("etc/motd\0\0Hello!")
        .contains("root/hello.txt\0")
        .contains("000-b.ko\0")
        .contains("001-a.ko\0")
        .contains("etc/tombolo-script\0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--add=nowhere:/x       | --add nowhere: no such file",
        "--add=x                | --add x: write SOURCE:TARGET, for example",
        "--add=:/x              | --add :/x: write SOURCE:TARGET, for example",
        "--modules=nowhere.ko   | --modules nowhere.ko: no such file",
        "--init=/               | --init /: not a file",
        "--root=vda             | Invalid value for option '--root': 'vda': not a disk of the"
            + " guest; write it like /dev/vda",
        "--busybox=nowhere      | option '--busybox' (FILE) should be specified only once",
      })
  void whatIsWrongIsOneLine(String option, String message) {
    Tombolo.Result result = image(option);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).startsWith("tombolo image: " + message).hasLineCount(1);
  }

  /** A directory with the lists of a kernel's modules. */
  private String modules() throws IOException {
    Path kernel = Files.createDirectories(directory.resolve("modules"));
    for (String name : List.of("virtio_blk", "crc16", "ext4")) {
      Files.writeString(kernel.resolve(name + ".ko"), name);
    }
    Files.writeString(
        kernel.resolve("modules.dep"), "virtio_blk.ko:\next4.ko: crc16.ko\ncrc16.ko:\n");
    return "--modules-from=" + kernel;
  }

  private String archive() throws IOException {
    return Files.readString(
        directory.resolve("initrd.cpio"), java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  @Test
  void modulesAreFoundByNameWithWhatTheyNeed() throws IOException {
    String file = file("own.ko", "own");
    Tombolo.Result result = image(modules(), "--modules=" + file + ",ext4,crc16,virtio-blk");

    assertThat(result.err()).isEmpty();
    assertThat(archive())
        .contains("000-own.ko\0", "001-crc16.ko\0", "002-ext4.ko\0", "003-virtio_blk.ko\0")
        .doesNotContain("004-");
  }

  @Test
  void aModuleThatTheKernelHasNotIsOneLine() throws IOException {
    Tombolo.Result result = image(modules(), "--modules=ext3");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "tombolo image: --modules ext3: neither a file nor a module of the kernel in %s/modules\n"
                .formatted(directory));
  }

  @Test
  void withARootInitLoadsItsDriversAndBecomesItsInit() throws IOException {
    Tombolo.Result result = image(modules(), "--root=/dev/vda");

    assertThat(result.err()).isEmpty();
    assertThat(archive())
        .contains("000-virtio_blk.ko\0", "001-crc16.ko\0", "002-ext4.ko\0")
        .contains("root=/dev/vda type=ext4\n", "exec switch_root /new")
        .doesNotContain("cttyhack");
  }

  @Test
  void aBusyboxForAnotherMachineIsRefused() throws IOException {
    Path foreign = directory.resolve("busybox");
    byte[] bytes = Files.readAllBytes(Path.of(guest("hello")));
    bytes[18] = 62;
    bytes[19] = 0;
    Files.write(foreign, bytes);
    Tombolo.Result result =
        new Tombolo().run("image", "-o", directory.resolve("x").toString(), "--busybox=" + foreign);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "tombolo image: --busybox %s: wrong machine: made for x86-64, this VM runs RISC-V\n"
                .formatted(foreign));
  }

  @Test
  void anImageThatCanNotBeWrittenIsOneLine() {
    String nowhere = directory.resolve("no/such/initrd").toString();
    Tombolo.Result result =
        new Tombolo().run("image", "-o", nowhere, "--busybox=" + guest("hello"));

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "tombolo image: %s: can't be written: %s: no such file\n".formatted(nowhere, nowhere));
  }

  @Test
  void filesLargerThanTheHeapPassThrough() throws IOException {
    Path large = directory.resolve("large");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength(2500L << 20);
    }
    Tombolo.Result result =
        new Tombolo()
            .run("image", "-o/dev/null", "--busybox=" + guest("hello"), "--add=" + large + ":/x");

    assertThat(result.err()).isEmpty();
    assertThat(result.out()).matches("/dev/null: 25600\\d\\d KiB\n");
  }

  @Test
  void anImageThatFailsLeavesTheOneBeforeIt() throws IOException {
    Path image = Files.writeString(directory.resolve("initrd.cpio"), "before");
    Path secret = Files.createDirectories(directory.resolve("tree")).resolve("large");
    try (RandomAccessFile sparse = new RandomAccessFile(secret.toFile(), "rw")) {
      sparse.setLength(1L << 32);
    }
    Tombolo.Result result = image("--add=" + directory.resolve("tree") + ":/x");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "tombolo image: %s: larger than 4 GiB, which no initial RAM disk can hold\n"
                .formatted(secret));
    assertThat(image).hasContent("before");
    try (Stream<Path> all = Files.list(directory)) {
      assertThat(all).containsExactlyInAnyOrder(image, secret.getParent());
    }
  }

  @Test
  void aDeviceThatIsFullIsBlamed() {
    Tombolo.Result result =
        new Tombolo().run("image", "-o/dev/full", "--busybox=" + guest("hello"));

    assertThat(result.err())
        .isEqualTo("tombolo image: /dev/full: can't be written: No space left on device\n");
    assertThat(result.status()).isEqualTo(2);
  }

  @Test
  void anImageInAFolderThatIsAddedIsNotInItself() throws IOException {
    String folder = directory + ":/x";
    assertThat(image("--add=" + folder).status()).isZero();
    byte[] first = Files.readAllBytes(directory.resolve("initrd.cpio"));
    assertThat(image("--add=" + folder).status()).isZero();

    assertThat(Files.readAllBytes(directory.resolve("initrd.cpio"))).isEqualTo(first);
  }
}
