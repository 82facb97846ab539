// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels as distributions ship them, packed and not, and what people take for one. */
final class LinuxKernelFilesTest {
  private static final long BASE = 0x8000_0000L;
  private static final int PE = 0x40;

  @TempDir Path directory;

  private KernelImage read(byte[] bytes) throws IOException {
    return KernelImage.read(
        Files.write(directory.resolve("kernel"), bytes), ElfMachine.RISCV, BASE);
  }

  private void assertRefused(byte[] bytes, String message) {
    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> read(bytes))
        .withMessage(directory.resolve("kernel") + ": " + message);
  }

  private static ByteBuffer in(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** With EFI's headers: two sections, of which the second ends with the file. */
  private static byte[] image() {
    byte[] bytes = new byte[0x2000];
    ByteBuffer image = in(bytes);
    image.put(0, (byte) 'M').put(1, (byte) 'Z').putLong(8, 0x200000).putLong(16, 0x5000);
    image.putInt(56, 0x05435352).putInt(0x3c, PE);
    image.putInt(PE, 0x4550).putShort(PE + 6, (short) 2).putShort(PE + 20, (short) 0x70);
    int sections = PE + 24 + 0x70;
    image.putInt(sections + 16, 0xe00).putInt(sections + 20, 0x200);
    image.putInt(sections + 56, 0x1000).putInt(sections + 60, 0x1000);
    return bytes;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  @Test
  void anImageWithEfisHeadersIsWhole() throws IOException {
    KernelImage kernel = read(image());
    assertThat(kernel.isLinux()).isTrue();
    assertThat(kernel.segments().getFirst().content()).isEqualTo(image());
  }

  @ParameterizedTest
  @CsvSource({"0x1fff", "0x1001", "0xe0"})
  void anImageThatLacksItsEndIsTruncated(String length) {
    int rest = Integer.decode(length);
    String needed = rest < 0x118 ? "280" : "8192";
    assertRefused(
        Arrays.copyOf(image(), rest),
        "truncated: the kernel has %s bytes, the file %d".formatted(needed, rest));
  }

  @Test
  void gzipIsUnpacked() throws IOException {
    assertThat(read(gzip(image())).segments().getFirst().content()).isEqualTo(image());
    byte[] elf = new ElfBuilder(BASE).segment(BASE, new byte[4], 4).build();
    assertThat(read(gzip(elf)).isLinux()).isFalse();
  }

  @Test
  void gzipInsideAnEfiProgramIsUnpacked() throws IOException {
    byte[] packed = gzip(image());
    byte[] bytes = new byte[0x100 + packed.length + 10];
    ByteBuffer program = in(bytes);
    program.put(0, (byte) 'M').put(1, (byte) 'Z').putInt(4, 0x676d697a);
    program.putInt(8, 0x100).putInt(12, packed.length).put(0x100, packed);
    assertThat(read(bytes).segments().getFirst().content()).isEqualTo(image());
    program.putInt(12, packed.length + 11);
    assertRefused(
        bytes,
        "truncated: the compressed kernel reaches to 0x%x, the file ends at 0x%x"
            .formatted(0x100 + packed.length + 11, program.limit()));
    program.putInt(12, -1);
    assertThatExceptionOfType(ImageException.class).isThrownBy(() -> read(bytes));
    program.putInt(12, packed.length).putInt(0x100, 0xfd2fb528);
    assertRefused(
        bytes,
        "an EFI program with the kernel in it, compressed with zstd; boot the Image that it was"
            + " made from");
  }

  @Test
  void gzipThatIsNotWholeOrNotGzipIsRefused() throws IOException {
    byte[] packed = gzip(image());
    assertRefused(
        Arrays.copyOf(packed, packed.length - 20), "truncated: the gzip file ends in the middle");
    packed[20] ^= 0x55;
    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> read(packed))
        .withMessageContaining("kernel: a damaged gzip file: ");
  }

  @Test
  void gzipIsUnpackedToWhatRamHoldsOnly() throws IOException {
    byte[] elf = new ElfBuilder(BASE).segment(BASE, new byte[4], 4).build();
    byte[] whole = Arrays.copyOf(elf, (1 << 20) + 1);
    Path file = Files.write(directory.resolve("kernel"), gzip(whole));

    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> KernelImage.read(file, ElfMachine.RISCV, BASE, 1 << 20))
        .withMessage(
            "%s: more than 1048576 bytes when unpacked don't fit into RAM of 1 MiB; give the VM"
                + " more memory",
            file);
    assertThat(KernelImage.read(file, ElfMachine.RISCV, BASE, (1 << 20) + 1).format())
        .isEqualTo("ELF64");
  }

  @Test
  void anImageLargerThanRamIsNotRead() throws IOException {
    Path file = Files.write(directory.resolve("kernel"), image());

    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> KernelImage.read(file, ElfMachine.RISCV, BASE, 0x1000))
        .withMessage("%s: 8192 bytes don't fit into RAM of 4 KiB; give the VM more memory", file);
  }

  @ParameterizedTest
  @CsvSource({
    "28b52ffd, zstd, zstd -dc",
    "fd377a585a00, xz, xz -dc",
    "425a6839, bzip2, bzip2 -dc",
    "04224d18, lz4, lz4 -dc",
    "02214c18, lz4, lz4 -dc",
    "5d00008000, lzma, xz --format=lzma -dc",
    "894c5a4f000d, lzo, lzop -dc"
  })
  void ofOtherFormatsItSaysHowToUnpackThem(String magic, String format, String command) {
    byte[] packed = Arrays.copyOf(java.util.HexFormat.of().parseHex(magic), 100);
    assertRefused(
        packed,
        "compressed with %s; unpack it first: %s %s > Image"
            .formatted(format, command, directory.resolve("kernel")));
  }

  @ParameterizedTest
  @CsvSource({
    "0x202, HdrS, 'a Linux kernel for x86 (bzImage), this VM runs RISC-V'",
    "56, ARMd, 'a Linux kernel for 64-bit ARM, this VM runs RISC-V'",
    "0, 070701, 'a cpio archive, not a kernel; is it the initrd?'",
    "0, MZ, 'an EFI program, but not a RISC-V Linux kernel'",
    "0, #!/bin/sh, not a kernel: neither an ELF file nor the Image of a RISC-V Linux"
  })
  void whatIsNoKernelForThisMachineIsNamed(String offset, String magic, String message) {
    byte[] file = new byte[0x400];
    in(file).put(Integer.decode(offset), magic.getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(file, message);
  }
}
