// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ELF image that runs a list of programs: the harness, and the programs' records in the layout
 * that {@code harness.S} describes.
 */
final class Batch {
  private static final int HEADER = 64;
  private static final int SEGMENT = 56;
  private static final int RECORD = 600;
  private static final int MOST_BYTES = 40 << 20;

  private Batch() {}

  /** {@code verbose}: the harness prints whole final states too. */
  static byte[] image(List<Program> programs, boolean verbose) {
    byte[] harness = resource("harness.bin");
    ByteBuffer records = records(programs, verbose);
    int start = HEADER + 2 * SEGMENT;
    int recordsStart = start + harness.length;
    byte[] bytes = new byte[recordsStart + records.remaining()];
    ByteBuffer image = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    image.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    image.putShort((short) 2).putShort((short) 243).putInt(1);
    image.putLong(Arena.HARNESS).putLong(HEADER).putLong(0);
    // Flags: compressed code, double-precision floating-point arguments.
    image.putInt(5).putShort((short) HEADER).putShort((short) SEGMENT).putShort((short) 2);
    image.putShort((short) 0).putShort((short) 0).putShort((short) 0);
    segment(image, start, Arena.HARNESS, harness.length);
    segment(image, recordsStart, Arena.BATCH, records.remaining());
    image.put(harness).put(records);
    return bytes;
  }

  static byte[] resource(String name) {
    try (InputStream in = Batch.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void segment(ByteBuffer image, int offset, long address, int bytes) {
    image.putInt(1).putInt(7).putLong(offset).putLong(address).putLong(address);
    image.putLong(bytes).putLong(bytes).putLong(1);
  }

  private static ByteBuffer records(List<Program> programs, boolean verbose) {
    ByteBuffer records = buffer(MOST_BYTES);
    records.putLong(verbose ? 1 : 0).putLong(programs.size());
    int directory = records.position();
    records.position(directory + 8 * programs.size());
    for (int i = 0; i < programs.size(); i++) {
      records.putLong(directory + 8 * i, Arena.BATCH + records.position());
      record(records, programs.get(i));
    }
    return records.flip();
  }

  private static void record(ByteBuffer out, Program program) {
    World world = program.world();
    byte[] code = program.code();
    int codeOffset = world.entryOffset() & ~7;
    ByteBuffer codeChunk = buffer((world.entryOffset() - codeOffset + code.length + 7) & ~7);
    codeChunk.put(world.entryOffset() - codeOffset, code);

    TreeMap<Long, ByteBuffer> chunks = new TreeMap<>();
    chunks.put(Arena.CODE + codeOffset, codeChunk);
    world.memory().forEach((page, words) -> chunks(page, words, chunks));

    int start = out.position();
    out.putLong(program.index()).putLong(world.supervisor() ? World.STATUS_SPP : 0);
    out.putLong(world.entry()).putLong(world.satp()).putLong(world.status());
    out.putLong(world.counteren()).putLong(world.interruptEnable());
    out.putLong(world.interruptPending()).putLong(world.fcsr());
    out.putLong(Arena.CODE_PAGES + world.memory().size()).putLong(chunks.size());
    for (int i = 0; i < 32; i++) {
      out.putLong(i == Registers.RECOVERY ? program.ending(code) : world.registers().get(i));
    }
    world.floats().forEach(out::putLong);
    if (out.position() - start != RECORD) {
      throw new AssertionError("the record's fixed part is not what harness.S expects");
    }
    for (int i = 0; i < Arena.CODE_PAGES; i++) {
      out.putLong(Arena.CODE + 4096L * i);
    }
    world.memory().keySet().forEach(out::putLong);
    chunks.forEach((address, chunk) -> out.putLong(address).putLong(chunk.capacity()).put(chunk));
  }

  /** The runs of words that are not zero. */
  private static void chunks(long page, long[] words, Map<Long, ByteBuffer> chunks) {
    for (int i = 0; i < words.length; i++) {
      int first = i;
      while (i < words.length && words[i] != 0) {
        i++;
      }
      if (i > first) {
        ByteBuffer chunk = buffer(8 * (i - first));
        for (int j = first; j < i; j++) {
          chunk.putLong(words[j]);
        }
        chunks.put(page + 8L * first, chunk.flip());
      }
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
