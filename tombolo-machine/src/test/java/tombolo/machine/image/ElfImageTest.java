// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ElfImageTest {
  private static final long BASE = 0x8000_0000L;

  private static ElfBuilder sound() {
    return new ElfBuilder(BASE + 4)
        .segment(BASE + 0x2000, new byte[] {9}, 0x1000)
        .segment(BASE, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 16)
        .symbol("main", ElfBuilder.FUNC, BASE + 4)
        .symbol("buffer", ElfBuilder.OBJECT, BASE + 0x2000);
  }

  private static KernelImage parse(byte[] bytes) {
    return ElfImage.parse(bytes, ElfMachine.RISCV, "kernel.elf");
  }

  private static void assertRefused(Consumer<ByteBuffer> spoil, String message) {
    byte[] bytes = sound().build();
    spoil.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    assertRefused(bytes, message);
  }

  private static void assertRefused(byte[] bytes, String message) {
    assertThatExceptionOfType(ImageException.class)
        .isThrownBy(() -> parse(bytes))
        .withMessage("kernel.elf: " + message);
  }

  @Test
  void givesSegmentsInAscendingOrderAndTheEntry() {
    KernelImage image = parse(sound().build());
    assertThat(image.format()).isEqualTo("ELF64");
    assertThat(image.entry()).isEqualTo(BASE + 4);
    assertThat(image.segments())
        .extracting(KernelImage.Segment::gpa)
        .containsExactly(BASE, BASE + 0x2000);
    assertThat(image.segments().getFirst().content()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(image.segments().getFirst().memorySize()).isEqualTo(16);
  }

  @Test
  void loadsAtPhysicalAddressesAndTranslatesAVirtualEntry() {
    long virtual = 0xffff_ffff_8000_0000L;
    byte[] bytes =
        new ElfBuilder(virtual + 2)
            .segment(virtual, BASE, new byte[4], 4)
            .symbol("_start", ElfBuilder.NOTYPE, virtual)
            .build();
    KernelImage image = parse(bytes);
    assertThat(image.entry()).isEqualTo(BASE + 2);
    assertThat(image.symbols().nearest(virtual + 3)).isEqualTo("_start+0x3");
  }

  @Test
  void acceptsAPhysicalEntryOfAVirtualKernel() {
    byte[] bytes =
        new ElfBuilder(BASE).segment(0xffff_ffff_8000_0000L, BASE, new byte[4], 4).build();
    assertThat(parse(bytes).entry()).isEqualTo(BASE);
  }

  @Test
  void refusesWhatIsNotAnElfFile() {
    assertRefused(new byte[0], "not an ELF file");
    assertRefused(
        "#!/bin/sh\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII), "not an ELF file");
    assertRefused(file -> file.put(1, (byte) 'e'), "not an ELF file");
  }

  @Test
  void refusesATruncatedHeader() {
    assertRefused(
        Arrays.copyOf(sound().build(), 63),
        "truncated: the ELF header needs 64 bytes, the file has 63");
  }

  @Test
  void refusesAWrongClass() {
    assertRefused(
        file -> file.put(ElfBuilder.CLASS, (byte) 1),
        "wrong class: a 32-bit ELF file, a 64-bit one is needed");
    assertRefused(
        file -> file.put(ElfBuilder.CLASS, (byte) 9), "wrong class: 9 is neither 32 nor 64 bit");
  }

  @Test
  void refusesAWrongEndianness() {
    assertRefused(
        file -> file.put(ElfBuilder.DATA, (byte) 2),
        "wrong endianness: a big-endian ELF file, a little-endian one is needed");
  }

  @Test
  void refusesAWrongMachine() {
    assertRefused(
        file -> file.putShort(ElfBuilder.MACHINE, (short) 62),
        "wrong machine: made for x86-64, this VM runs RISC-V");
    assertRefused(
        file -> file.putShort(ElfBuilder.MACHINE, (short) 4711),
        "wrong machine: made for machine 4711, this VM runs RISC-V");
    byte[] x86 = sound().machine(62).build();
    assertThat(ElfImage.parse(x86, ElfMachine.X86_64, "x").entry()).isEqualTo(BASE + 4);
  }

  @Test
  void refusesWhatIsNoExecutable() {
    assertRefused(
        file -> file.putShort(ElfBuilder.TYPE, (short) 3),
        "wrong type: position independent or a shared library;"
            + " link an executable with -static -no-pie");
    assertRefused(
        file -> file.putShort(ElfBuilder.TYPE, (short) 1),
        "wrong type: an object file, not an executable; link it first");
    assertRefused(
        file -> file.putShort(ElfBuilder.TYPE, (short) 4),
        "wrong type: ELF type 4, not an executable; link it first");
  }

  @Test
  void refusesATruncatedSegmentTable() {
    assertRefused(
        Arrays.copyOf(sound().build(), ElfBuilder.SEGMENTS + ElfBuilder.SEGMENT_BYTES),
        "truncated: the segment table, 2 rows at 0x40, reaches behind the file's end at 0x78");
    assertRefused(
        file -> file.putLong(ElfBuilder.SEGMENT_TABLE, Long.MAX_VALUE),
        "truncated: the segment table, 2 rows at 0x7fffffffffffffff,"
            + " reaches behind the file's end at 0x1b6");
    assertRefused(
        file -> file.putLong(ElfBuilder.SEGMENT_TABLE, -8),
        "truncated: the segment table, 2 rows at 0xfffffffffffffff8,"
            + " reaches behind the file's end at 0x1b6");
  }

  @Test
  void refusesSegmentTableRowsOfAnotherSize() {
    assertRefused(
        file -> file.putShort(54, (short) 32), "segment table: a row has 32 bytes instead of 56");
    assertRefused(
        file -> file.putShort(ElfBuilder.SEGMENT_COUNT, (short) 0xffff),
        "more than 65534 segments");
  }

  @Test
  void refusesTruncatedSegmentContent() {
    byte[] bytes = sound().build();
    assertRefused(
        Arrays.copyOf(bytes, sound().contentOffset() + 8),
        "truncated: segment 1, 0x8 bytes at 0xb1, reaches behind the file's end at 0xb8");
    assertRefused(
        file -> file.putLong(ElfBuilder.SEGMENTS + 8, -1),
        "truncated: segment 0, 0x1 bytes at 0xffffffffffffffff,"
            + " reaches behind the file's end at 0x1b6");
  }

  @Test
  void refusesASegmentThatIsLargerInTheFileThanInMemory() {
    assertRefused(
        file -> file.putLong(ElfBuilder.SEGMENTS + ElfBuilder.SEGMENT_BYTES + 40, 7),
        "segment 1: 0x8 bytes in the file, but only 0x7 in memory");
  }

  @Test
  void refusesAddressesThatOverflow() {
    assertRefused(
        file -> file.putLong(ElfBuilder.SEGMENTS + 40, Long.MAX_VALUE),
        "segment 0: 0x7fffffffffffffff bytes at 0x80002000 overflow the address space");
    assertRefused(
        file -> file.putLong(ElfBuilder.SEGMENTS + 24, -0x1000),
        "segment 0: 0x1000 bytes at 0xfffffffffffff000 overflow the address space");
  }

  @Test
  void refusesOverlappingSegments() {
    assertRefused(
        file -> file.putLong(ElfBuilder.SEGMENTS + 24, BASE + 15),
        "segments 1 and 0 overlap at 0x8000000f");
    // Touching is not overlapping.
    byte[] bytes = sound().build();
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(ElfBuilder.SEGMENTS + 24, BASE + 16);
    assertThat(parse(bytes).segments()).hasSize(2);
  }

  @Test
  void refusesSegmentsThatAreMadeOfTheSameBytesOverAndOver() {
    ElfBuilder many = new ElfBuilder(BASE);
    byte[] content = new byte[0x1000];
    for (int i = 0; i < 8; i++) {
      many.segment(BASE + 0x1000L * i, i == 0 ? content : new byte[0], 0x1000);
    }
    byte[] bytes = many.build();
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 1; i < 8; i++) {
      file.putLong(ElfBuilder.SEGMENTS + i * ElfBuilder.SEGMENT_BYTES + 8, many.contentOffset());
      file.putLong(ElfBuilder.SEGMENTS + i * ElfBuilder.SEGMENT_BYTES + 32, 0x1000);
    }
    assertRefused(
        bytes,
        "segments share bytes of the file: together they have 32768, the file has " + bytes.length);
  }

  @Test
  void refusesAFileWithoutLoadableSegments() {
    assertRefused(
        file -> file.putShort(ElfBuilder.SEGMENT_COUNT, (short) 0), "no loadable segment");
    assertRefused(
        file -> {
          file.putInt(ElfBuilder.SEGMENTS, 4);
          file.putInt(ElfBuilder.SEGMENTS + ElfBuilder.SEGMENT_BYTES, 4);
        },
        "no loadable segment");
  }

  @Test
  void refusesAnEntryOutsideEverySegment() {
    assertRefused(
        file -> file.putLong(ElfBuilder.ENTRY, BASE + 16), "the entry 0x80000010 is in no segment");
    assertRefused(
        file -> file.putLong(ElfBuilder.ENTRY, -1),
        "the entry 0xffffffffffffffff is in no segment");
  }

  @Test
  void brokenSymbolsDoNotKeepAProgramFromRunning() {
    byte[] bytes = sound().build();
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(ElfBuilder.SECTION_TABLE, Long.MAX_VALUE);
    assertThat(parse(bytes).symbols().size()).isZero();
  }

  /** Bytes of a sound file are changed at random, mostly in its headers; or it is cut. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whateverTheFileItIsReadOrRefused(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] sound = sound().build();
    int read = 0;
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = mutate(sound, random);
      try {
        KernelImage image = parse(bytes);
        image.symbols().nearest(random.nextLong());
        image.segments().forEach(s -> assertThat(s.gpa() + s.memorySize()).isPositive());
        read++;
      } catch (ImageException e) {
        assertThat(e.getMessage()).startsWith("kernel.elf: ").doesNotContain("\n");
        refused++;
      }
    }
    // Both must be well represented, or the mutations are too tame or too wild.
    assertThat(read).isGreaterThan(1_000);
    assertThat(refused).isGreaterThan(1_000);
  }

  private static byte[] mutate(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound.clone();
    long[] interesting = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31, 1L << 32, 64, BASE};
    for (int n = random.nextInt(1, 4); n > 0; n--) {
      int at = random.nextInt(4, bytes.length - 8);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 ->
            ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(at & ~7, interesting[random.nextInt(interesting.length)]);
        default -> {
          if (random.nextInt(8) == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
          }
        }
      }
    }
    return bytes;
  }
}
