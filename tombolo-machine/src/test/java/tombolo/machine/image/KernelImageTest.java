// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelImageTest {
  private static final long BASE = 0x8000_0000L;

  @TempDir Path directory;

  private void assertRefused(Path file, String message) {
    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> KernelImage.read(file, ElfMachine.RISCV, BASE))
        .withMessage(file + ": " + message);
  }

  @Test
  void readsAnElfFile() throws IOException {
    Path file = directory.resolve("kernel.elf");
    Files.write(file, new ElfBuilder(BASE).segment(BASE, new byte[4], 4).build());
    assertThat(KernelImage.read(file, ElfMachine.RISCV, BASE).format()).isEqualTo("ELF64");
  }

  @Test
  void saysWhyAFileCanNotBeRead() throws IOException {
    assertRefused(directory.resolve("missing"), "no such file");
    assertRefused(directory, "a directory, not a file");
    Path text = directory.resolve("notes.txt");
    Files.writeString(text, "not a kernel");
    assertRefused(text, "not a kernel: neither an ELF file nor the Image of a RISC-V Linux");
    Path empty = directory.resolve("empty");
    Files.createFile(empty);
    assertRefused(empty, "the file is empty");
  }

  @Test
  void readsALinuxImageAtItsTextOffsetAndWithItsBss() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(8, 0x200000).putLong(16, 0x5000).putInt(56, 0x05435352);
    Path file = directory.resolve("Image");
    Files.write(file, header.array());
    KernelImage image = KernelImage.read(file, ElfMachine.RISCV, BASE);
    assertThat(image.format()).isEqualTo("Linux Image");
    assertThat(image.entry()).isEqualTo(BASE + 0x200000);
    assertThat(image.segments().getFirst().memorySize()).isEqualTo(0x5000);
  }

  @Test
  void aFlatImageIsLoadedWhereTheBoardSays() {
    KernelImage image = FlatImage.parse(new byte[] {1, 2}, BASE, "flat.bin");
    assertThat(image.entry()).isEqualTo(BASE);
    assertThat(image.segments().getFirst().content()).containsExactly(1, 2);
    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> FlatImage.parse(new byte[0], BASE, "flat.bin"))
        .withMessage("flat.bin: the file is empty");
  }

  private static KernelImage at(long gpa, long memorySize, long entry) {
    return new KernelImage(
        "flat",
        List.of(new KernelImage.Segment(gpa, new byte[0], memorySize)),
        entry,
        SymbolTable.EMPTY);
  }

  @Test
  void fitsWhenAllOfItIsInRam() {
    assertThatCode(() -> at(BASE, 0x1000, BASE + 0xfff).checkFits(BASE, 0x1000))
        .doesNotThrowAnyException();
  }

  @Test
  void doesNotFitBelowAboveOrAcrossTheEndOfRam() {
    for (KernelImage image :
        List.of(
            at(BASE - 1, 1, BASE),
            at(0, 0x1000, BASE),
            at(BASE + 0xfff, 2, BASE),
            at(BASE, 0x1001, BASE),
            at(Long.MAX_VALUE - 1, 1, BASE))) {
      assertThatExceptionOfType(ImageException.class)
          .isThrownBy(() -> image.checkFits(BASE, 0x1000))
          .withMessageContaining("outside RAM, 0x80000000 to 0x80001000");
    }
  }

  @Test
  void itsEntryMustBeInRam() {
    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> at(BASE, 1, BASE + 0x1000).checkFits(BASE, 0x1000))
        .withMessage("the kernel's entry 0x80001000 is outside RAM, 0x80000000 to 0x80001000");
  }
}
