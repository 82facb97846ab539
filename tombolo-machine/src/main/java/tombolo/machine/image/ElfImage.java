// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads ELF64 executables (System V ABI, chapters 4 and 5), little-endian, statically linked.
 *
 * <p>The file is not trusted: every number is checked before it is used. Only headers, segments and
 * symbols are read, each once, and the segments only if they are within the limit. Segments go to
 * their physical addresses ({@code p_paddr}).
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
      int number, long offset, long fileSize, long virtual, long physical, long memorySize) {
    long end() {
      return physical + memorySize;
    }
  }

  private final ImageBytes file;
  private final ByteBuffer header;
  private final ElfMachine machine;
  private final String name;

  private ElfImage(ImageBytes file, ElfMachine machine, String name) {
    this.file = file;
    this.header = ByteBuffer.wrap(file.head(HEADER_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
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
    return read(new ImageBytes.InMemory(bytes), machine, name, ImageLimit.of(Long.MAX_VALUE));
  }

  /**
   * Reads what has to be loaded.
   *
   * @throws ImageException if that is too large, or as for {@link #parse}
   */
  static KernelImage read(ImageBytes file, ElfMachine machine, String name, ImageLimit most) {
    return new ElfImage(file, machine, name).read(most);
  }

  /**
   * Checks an ELF file without reading its segments.
   *
   * @param machine the processor that shall run it
   * @throws ImageException as for {@link #parse}
   */
  public static void check(Path path, ElfMachine machine) {
    try (ImageFile file = ImageFile.open(path)) {
      new ElfImage(file, machine, file.name()).sound();
    }
  }

  /** Returns the loadable rows of a file that does not contradict itself, in ascending order. */
  private List<Load> sound() {
    checkHeader();
    List<Load> loads = loads();
    loads.sort(Comparator.comparingLong(Load::physical));
    checkApart(loads);
    entry(loads);
    return loads;
  }

  private KernelImage read(ImageLimit most) {
    List<Load> loads = sound();
    long total = loads.stream().mapToLong(Load::fileSize).sum();
    most.check(total, name, " of segments");
    long limit = 0;
    List<KernelImage.Segment> segments = new ArrayList<>();
    for (Load load : loads) {
      byte[] content = most.allocate(load.fileSize, name, " of a segment");
      file.read(load.offset, content);
      segments.add(new KernelImage.Segment(load.physical, content, load.memorySize));
      long end = load.virtual + load.memorySize;
      limit = Long.compareUnsigned(end, limit) > 0 ? end : limit;
    }
    SymbolTable symbols = ElfSymbols.read(file, header, limit);
    return new KernelImage("ELF64", List.copyOf(segments), entry(loads), symbols);
  }

  private void checkHeader() {
    if (!isElf(header.array())) {
      throw wrong("not an ELF file");
    }
    if (header.limit() < HEADER_BYTES) {
      throw wrong(
          "truncated: the ELF header needs %d bytes, the file has %d"
              .formatted(HEADER_BYTES, header.limit()));
    }
    if (header.get(4) != CLASS_64) {
      throw wrong(
          header.get(4) == 1
              ? "wrong class: a 32-bit ELF file, a 64-bit one is needed"
              : "wrong class: %d is neither 32 nor 64 bit".formatted(header.get(4)));
    }
    if (header.get(5) != LITTLE_ENDIAN) {
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
    long table = header.getLong(32);
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
    if (!file.holds(table, (long) rows * SEGMENT_HEADER_BYTES)) {
      throw wrong(
          "truncated: the segment table, %d rows at 0x%x, reaches behind the file's end at 0x%x"
              .formatted(rows, table, file.size()));
    }
    ByteBuffer headers = file.copy(table, rows * SEGMENT_HEADER_BYTES);
    List<Load> loads = new ArrayList<>();
    long total = 0;
    for (int number = 0; number < rows; number++) {
      ByteBuffer row =
          headers
              .slice(number * SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      if (row.getInt(0) == LOAD && row.getLong(40) != 0) {
        Load load = load(number, row);
        loads.add(load);
        total += load.fileSize;
      }
    }
    if (loads.isEmpty()) {
      throw wrong("no loadable segment");
    }
    if (total > file.size()) {
      throw wrong(
          "segments share bytes of the file: together they have %d, the file has %d"
              .formatted(total, file.size()));
    }
    return loads;
  }

  private Load load(int number, ByteBuffer row) {
    long offset = row.getLong(8);
    long virtual = row.getLong(16);
    long physical = row.getLong(24);
    long fileSize = row.getLong(32);
    long memorySize = row.getLong(40);
    if (Long.compareUnsigned(fileSize, memorySize) > 0) {
      throw wrong(
          "segment %d: 0x%x bytes in the file, but only 0x%x in memory"
              .formatted(number, fileSize, memorySize));
    }
    if (!file.holds(offset, fileSize)) {
      throw wrong(
          "truncated: segment %d, 0x%x bytes at 0x%x, reaches behind the file's end at 0x%x"
              .formatted(number, fileSize, offset, file.size()));
    }
    if (physical < 0 || memorySize < 0 || physical > Long.MAX_VALUE - memorySize) {
      throw wrong(
          "segment %d: 0x%x bytes at 0x%x overflow the address space"
              .formatted(number, memorySize, physical));
    }
    return new Load(number, offset, fileSize, virtual, physical, memorySize);
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
    long entry = header.getLong(24);
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

  private int u16(int offset) {
    return Short.toUnsignedInt(header.getShort(offset));
  }

  private ImageException wrong(String what) {
    return new ImageException(name + ": " + what);
  }
}
