// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  /**
   * The most bytes of a command line that a RISC-V Linux reads: its COMMAND_LINE_SIZE without the
   * zero at the end (arch/riscv/include/uapi/asm/setup.h in Linux).
   */
  public static final int LONGEST_FOR_LINUX = 1023;

  /** As many bytes as tell what a file is. */
  private static final int HEAD_BYTES = 0x400;

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
   * Reads a kernel of any size that Java's heap can hold, as {@link #read(Path, ElfMachine, long,
   * long)} does.
   */
  public static KernelImage read(Path path, ElfMachine machine, long ramBase) {
    return read(path, machine, ramBase, Long.MAX_VALUE);
  }

  /**
   * Reads a kernel in a format that says what it is: ELF64, or the Image of a RISC-V Linux; gzip
   * may have packed it. Reads each byte that is loaded once, and nothing that RAM does not hold.
   *
   * @param path where it is
   * @param machine the processor that shall run it
   * @param ramBase guest physical address of the first byte of RAM, where Linux Images are placed
   * @param ramSize bytes of RAM
   * @throws ImageException if it can't be read, is no such kernel, or is too large for RAM or for
   *     Java's heap
   */
  public static KernelImage read(Path path, ElfMachine machine, long ramBase, long ramSize) {
    ImageLimit limit = ImageLimit.of(ramSize);
    try (ImageFile file = ImageFile.open(path)) {
      byte[] unpacked = PackedKernel.unpack(file, limit);
      ImageBytes bytes = unpacked == null ? file : new ImageBytes.InMemory(unpacked);
      byte[] head = bytes.head(HEAD_BYTES);
      if (machine == ElfMachine.RISCV && LinuxImage.isLinuxImage(head)) {
        byte[] all = unpacked == null ? all(file, limit) : unpacked;
        return LinuxImage.parse(all, ramBase, file.name());
      }
      if (!ElfImage.isElf(head)) {
        throw new ImageException("%s: %s".formatted(file.name(), ForeignKernel.describe(head)));
      }
      return ElfImage.read(bytes, machine, file.name(), limit);
    }
  }

  private static byte[] all(ImageFile file, ImageLimit limit) {
    byte[] bytes = limit.allocate(file.size(), file.name(), "");
    file.read(0, bytes);
    return bytes;
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
   * Returns why the kernel would not get all of a command line, or null if it would. Other kernels
   * than Linux are not known to have a limit.
   */
  public @Nullable String objectionTo(String commandLine) {
    if (commandLine.indexOf('\0') >= 0) {
      return "a zero byte ends a command line; leave it out";
    }
    int bytes = commandLine.getBytes(StandardCharsets.UTF_8).length;
    return isLinux() && bytes > LONGEST_FOR_LINUX
        ? "%d bytes, of which Linux would read only %d; shorten it"
            .formatted(bytes, LONGEST_FOR_LINUX)
        : null;
  }

  /**
   * Reads all of a file, of any size that Java's heap can hold.
   *
   * @throws ImageException if it can't be read, with the reason in words
   */
  public static byte[] readFile(Path path) {
    return readFile(path, Long.MAX_VALUE);
  }

  /**
   * Reads all of a file.
   *
   * @param ramSize bytes of the RAM that it has to fit into
   * @throws ImageException if it can't be read, or is too large for RAM or for Java's heap
   */
  static byte[] readFile(Path path, long ramSize) {
    try (ImageFile file = ImageFile.open(path)) {
      return all(file, ImageLimit.of(ramSize));
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
