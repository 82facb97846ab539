// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that was checked and can be put into guest memory.
 *
 * @param format for people: "ELF64", "flat", "Linux Image"
 * @param segments what to load, in ascending order, not overlapping
 * @param entry guest physical address of the first instruction
 * @param symbols function and object symbols for reports, in ascending order of address; may be
 *     empty
 */
public record KernelImage(String format, List<Segment> segments, long entry, SymbolTable symbols) {
  private static final long LARGEST_FILE = Integer.MAX_VALUE - 8;

  /**
   * A piece of the program.
   *
   * @param gpa where it goes; not negative, and neither is its end
   * @param content its bytes; not to be changed
   * @param memorySize its size in memory, at least content's length; the rest is zero
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes to be copied, never compared
  public record Segment(long gpa, byte[] content, long memorySize) {}

  /**
   * Reads a kernel in a format that says what it is: ELF64, or the Image of a RISC-V Linux; gzip
   * may have packed it.
   *
   * @param file where it is
   * @param machine the processor that shall run it
   * @param ramBase guest physical address of the first byte of RAM, where Linux Images are placed
   * @throws ImageException if it can't be read, or is no such kernel
   */
  public static KernelImage read(Path file, ElfMachine machine, long ramBase) {
    byte[] bytes = PackedKernel.unpack(readFile(file), file.toString());
    if (machine == ElfMachine.RISCV && LinuxImage.isLinuxImage(bytes)) {
      return LinuxImage.parse(bytes, ramBase, file.toString());
    }
    if (!ElfImage.isElf(bytes)) {
      throw new ImageException("%s: %s".formatted(file, ForeignKernel.describe(bytes)));
    }
    return ElfImage.parse(bytes, machine, file.toString());
  }

  /** Whether this is a Linux kernel, which needs more memory than others. */
  public boolean isLinux() {
    return format.equals(LinuxImage.FORMAT);
  }

  /** Returns the bytes of RAM that its segments take. */
  public long memorySize() {
    return segments.stream().mapToLong(Segment::memorySize).sum();
  }

  /**
   * The bytes of a kernel or an initial RAM disk.
   *
   * @throws ImageException if it can't be read, with the reason in words
   */
  public static byte[] readFile(Path file) {
    if (!Files.exists(file)) {
      throw new ImageException(file + ": no such file");
    }
    if (Files.isDirectory(file)) {
      throw new ImageException(file + ": a directory, not a file");
    }
    if (!Files.isRegularFile(file)) {
      throw new ImageException(file + ": not a regular file");
    }
    if (!Files.isReadable(file)) {
      throw new ImageException(file + ": no permission to read it");
    }
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new ImageException(file + ": larger than 2 GiB");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ImageException(file + ": can't be read: " + e.getMessage());
    }
  }

  /**
   * Checks that RAM holds every segment and the entry.
   *
   * @param ramBase guest physical address of the first byte of RAM
   * @param ramSize bytes of RAM
   * @throws ImageException if it does not
   */
  public void checkFits(long ramBase, long ramSize) {
    for (Segment segment : segments) {
      long offset = segment.gpa - ramBase;
      if (offset < 0 || segment.memorySize > ramSize || offset > ramSize - segment.memorySize) {
        throw new ImageException(
            "the kernel's segment 0x%x to 0x%x is outside RAM, 0x%x to 0x%x"
                .formatted(
                    segment.gpa, segment.gpa + segment.memorySize, ramBase, ramBase + ramSize));
      }
    }
    if (Long.compareUnsigned(entry - ramBase, ramSize) >= 0) {
      throw new ImageException(
          "the kernel's entry 0x%x is outside RAM, 0x%x to 0x%x"
              .formatted(entry, ramBase, ramBase + ramSize));
    }
  }
}
