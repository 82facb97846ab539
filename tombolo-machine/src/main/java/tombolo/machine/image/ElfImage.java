// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Reads ELF64 executables (System V ABI, chapters 4 and 5), little-endian, statically linked.
 *
 * <p>The file is not trusted: every number is checked before it is used, and what is read is no
 * larger than the file. Segments go to their physical addresses ({@code p_paddr}).
 */
public final class ElfImage {
  private static final int HEADER_BYTES = 64;
  private static final int SEGMENT_HEADER_BYTES = 56;
  private static final int CLASS_64 = 2;
  private static final int LITTLE_ENDIAN = 1;
  private static final int TYPE_EXECUTABLE = 2;
  private static final int TYPE_DYNAMIC = 3;
  private static final int LOAD = 1;
  private static final int COUNT_ELSEWHERE = 0xffff;

  /** A row of the segment table; the file offset is checked against the file. */
  private record Load(
      int number, int offset, int fileSize, long virtual, long physical, long memorySize) {
    long end() {
      return physical + memorySize;
    }
  }

  private final ByteBuffer file;
  private final ElfMachine machine;
  private final String name;

  private ElfImage(byte[] bytes, ElfMachine machine, String name) {
    this.file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    this.machine = machine;
    this.name = name;
  }

  /** Whether the bytes begin as every ELF file does. */
  static boolean isElf(byte[] bytes) {
    return bytes.length >= 4
        && bytes[0] == 0x7f
        && bytes[1] == 'E'
        && bytes[2] == 'L'
        && bytes[3] == 'F';
  }

  /**
   * Checks an ELF file and takes out what has to be loaded.
   *
   * @param bytes the whole file; not kept
   * @param machine the processor that shall run it
   * @param name what messages call the file, usually its path
   * @throws ImageException if it is not such a file or contradicts itself
   */
  public static KernelImage parse(byte[] bytes, ElfMachine machine, String name) {
    return new ElfImage(bytes, machine, name).parse();
  }

  private KernelImage parse() {
    checkHeader();
    List<Load> loads = loads();
    loads.sort(Comparator.comparingLong(Load::physical));
    checkApart(loads);
    long entry = entry(loads);
    long limit = 0;
    List<KernelImage.Segment> segments = new ArrayList<>();
    for (Load load : loads) {
      byte[] content = Arrays.copyOfRange(file.array(), load.offset, load.offset + load.fileSize);
      segments.add(new KernelImage.Segment(load.physical, content, load.memorySize));
      long end = load.virtual + load.memorySize;
      limit = Long.compareUnsigned(end, limit) > 0 ? end : limit;
    }
    return new KernelImage("ELF64", List.copyOf(segments), entry, ElfSymbols.read(file, limit));
  }

  private void checkHeader() {
    if (!isElf(file.array())) {
      throw wrong("not an ELF file");
    }
    if (file.limit() < HEADER_BYTES) {
      throw wrong(
          "truncated: the ELF header needs %d bytes, the file has %d"
              .formatted(HEADER_BYTES, file.limit()));
    }
    if (file.get(4) != CLASS_64) {
      throw wrong(
          file.get(4) == 1
              ? "wrong class: a 32-bit ELF file, a 64-bit one is needed"
              : "wrong class: %d is neither 32 nor 64 bit".formatted(file.get(4)));
    }
    if (file.get(5) != LITTLE_ENDIAN) {
      throw wrong("wrong endianness: a big-endian ELF file, a little-endian one is needed");
    }
    int type = u16(16);
    int code = u16(18);
    if (code != machine.code()) {
      throw wrong(
          "wrong machine: made for %s, this VM runs %s"
              .formatted(ElfMachine.labelOf(code), machine.label()));
    }
    if (type == TYPE_DYNAMIC) {
      throw wrong(
          "wrong type: position independent or a shared library;"
              + " link an executable with -static -no-pie");
    }
    if (type != TYPE_EXECUTABLE) {
      throw wrong(
          "wrong type: %s, not an executable; link it first"
              .formatted(type == 1 ? "an object file" : "ELF type " + type));
    }
  }

  /** The loadable rows, each one sound by itself. */
  private List<Load> loads() {
    long table = file.getLong(32);
    int rowBytes = u16(54);
    int rows = u16(56);
    if (rows == COUNT_ELSEWHERE) {
      throw wrong("more than 65534 segments");
    }
    if (rows > 0 && rowBytes != SEGMENT_HEADER_BYTES) {
      throw wrong(
          "segment table: a row has %d bytes instead of %d"
              .formatted(rowBytes, SEGMENT_HEADER_BYTES));
    }
    if (!inFile(table, (long) rows * SEGMENT_HEADER_BYTES)) {
      throw wrong(
          "truncated: the segment table, %d rows at 0x%x, reaches behind the file's end at 0x%x"
              .formatted(rows, table, file.limit()));
    }
    List<Load> loads = new ArrayList<>();
    long total = 0;
    for (int number = 0; number < rows; number++) {
      int row = (int) table + number * SEGMENT_HEADER_BYTES;
      if (file.getInt(row) == LOAD && file.getLong(row + 40) != 0) {
        Load load = load(number, row);
        loads.add(load);
        total += load.fileSize;
      }
    }
    if (loads.isEmpty()) {
      throw wrong("no loadable segment");
    }
    if (total > file.limit()) {
      throw wrong(
          "segments share bytes of the file: together they have %d, the file has %d"
              .formatted(total, file.limit()));
    }
    return loads;
  }

  private Load load(int number, int row) {
    long offset = file.getLong(row + 8);
    long virtual = file.getLong(row + 16);
    long physical = file.getLong(row + 24);
    long fileSize = file.getLong(row + 32);
    long memorySize = file.getLong(row + 40);
    if (Long.compareUnsigned(fileSize, memorySize) > 0) {
      throw wrong(
          "segment %d: 0x%x bytes in the file, but only 0x%x in memory"
              .formatted(number, fileSize, memorySize));
    }
    if (!inFile(offset, fileSize)) {
      throw wrong(
          "truncated: segment %d, 0x%x bytes at 0x%x, reaches behind the file's end at 0x%x"
              .formatted(number, fileSize, offset, file.limit()));
    }
    if (physical < 0 || memorySize < 0 || physical > Long.MAX_VALUE - memorySize) {
      throw wrong(
          "segment %d: 0x%x bytes at 0x%x overflow the address space"
              .formatted(number, memorySize, physical));
    }
    return new Load(number, (int) offset, (int) fileSize, virtual, physical, memorySize);
  }

  private void checkApart(List<Load> ascending) {
    for (int i = 1; i < ascending.size(); i++) {
      Load below = ascending.get(i - 1);
      Load above = ascending.get(i);
      if (below.end() > above.physical) {
        throw wrong(
            "segments %d and %d overlap at 0x%x"
                .formatted(below.number, above.number, above.physical));
      }
    }
  }

  /**
   * The physical address of the first instruction. Kernels that run at virtual addresses give the
   * entry as one (RISC-V Linux) or as a physical one (x86 Linux).
   */
  private long entry(List<Load> loads) {
    long entry = file.getLong(24);
    for (Load load : loads) {
      if (Long.compareUnsigned(entry - load.virtual, load.memorySize) < 0) {
        return entry - load.virtual + load.physical;
      }
    }
    for (Load load : loads) {
      if (Long.compareUnsigned(entry - load.physical, load.memorySize) < 0) {
        return entry;
      }
    }
    throw wrong("the entry 0x%x is in no segment".formatted(entry));
  }

  private boolean inFile(long offset, long size) {
    return offset >= 0 && size >= 0 && offset <= file.limit() && size <= file.limit() - offset;
  }

  private int u16(int offset) {
    return Short.toUnsignedInt(file.getShort(offset));
  }

  private ImageException wrong(String what) {
    return new ImageException(name + ": " + what);
  }
}
