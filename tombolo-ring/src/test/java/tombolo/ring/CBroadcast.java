// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.testing.CFunctions;
import tombolo.testing.CLibrary;
import tombolo.testing.WorkTree;

/** The sides of a broadcast ring in C, {@code guests/lib/broadcast_ring.h}, for the host. */
final class CBroadcast implements BroadcastSide.Language {
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;
  private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout INT = ValueLayout.JAVA_INT;

  /** The breaches in the order of the C enumeration. */
  private static final List<Breach> BREACHES =
      List.of(
          Breach.HEAD,
          Breach.MODE,
          Breach.CAPACITY,
          Breach.READER_POSITION,
          Breach.WRITER_POSITION,
          Breach.SEQUENCE,
          Breach.RECORD_LENGTH,
          Breach.RECORD_TYPE,
          Breach.PADDING);

  private final CFunctions functions;
  private final int size;

  private CBroadcast(CLibrary library) {
    functions = new CFunctions(library);
    functions.add("side_size");
    functions.add("writer_open", POINTER, POINTER, LONG, POINTER, INT, INT);
    functions.add("writer_offer", POINTER, INT, POINTER, INT);
    functions.add("writer_claim", POINTER, INT, INT);
    functions.add("writer_commit", POINTER);
    functions.add("writer_abort", POINTER);
    functions.add("writer_admit", POINTER);
    functions.add("writer_reader_is_dead", POINTER, INT);
    functions.add("writer_breach", POINTER, INT);
    functions.add("writer_sleep", POINTER, INT);
    functions.add("reader_open", POINTER, POINTER, LONG, POINTER, INT, INT);
    functions.add("reader_drain", POINTER, POINTER, INT);
    functions.add("reader_number", POINTER);
    functions.add("reader_connected", POINTER);
    functions.add("reader_breach", POINTER);
    functions.add("reader_sleep", POINTER);
    for (String side : new String[] {"writer", "reader"}) {
      functions.add(side + "_wake", POINTER);
      functions.add(side + "_peer_sleeps", POINTER);
      functions.add(side + "_close", POINTER);
    }
    size = functions.call("side_size");
  }

  static CBroadcast compile(Path directory) throws IOException, InterruptedException {
    Path sides = CRing.source(directory, "broadcast-sides.c");
    return new CBroadcast(CLibrary.compile(directory, WorkTree.path("guests/lib"), sides));
  }

  private MemorySegment side() {
    return Arena.ofAuto().allocate(size, 8);
  }

  @Override
  public BroadcastSide.Writer writer(
      MemorySegment writers, MemorySegment readers, int count, int capacity) {
    MemorySegment side = side();
    long size = writers.byteSize();
    if (functions.call("writer_open", side, writers, size, readers, count, capacity) != Answer.OK) {
      throw new AssertionError("not opened");
    }
    return new Writer(side);
  }

  @Override
  public BroadcastSide.Reader reader(
      MemorySegment writers, MemorySegment part, int number, boolean lossy) {
    MemorySegment side = side();
    long size = writers.byteSize();
    if (functions.call("reader_open", side, writers, size, part, number, lossy ? 1 : 0)
        != Answer.OK) {
      throw new AssertionError("not opened");
    }
    return new Reader(side);
  }

  private static @Nullable Breach breach(int number) {
    return number == 0 ? null : BREACHES.get(number - 1);
  }

  /** The common part of the sides. */
  private abstract class Side implements BroadcastSide {
    final MemorySegment memory;
    private final String name;

    Side(MemorySegment memory, String name) {
      this.memory = memory;
      this.name = name;
    }

    @Override
    public void wake() {
      functions.call(name + "_wake", memory);
    }

    @Override
    public boolean peerSleeps() {
      return functions.call(name + "_peer_sleeps", memory) != 0;
    }

    @Override
    public void close() {
      functions.call(name + "_close", memory);
    }
  }

  private final class Writer extends Side implements BroadcastSide.Writer {
    Writer(MemorySegment memory) {
      super(memory, "writer");
    }

    @Override
    public int offer(int type, MemorySegment message, int length) {
      return functions.call("writer_offer", memory, type, message, length);
    }

    @Override
    public int claim(int type, int length) {
      return functions.call("writer_claim", memory, type, length);
    }

    @Override
    public void commit() {
      functions.call("writer_commit", memory);
    }

    @Override
    public void abort() {
      functions.call("writer_abort", memory);
    }

    @Override
    public int admit() {
      return functions.call("writer_admit", memory);
    }

    @Override
    public void readerIsDead(int reader) {
      functions.call("writer_reader_is_dead", memory, reader);
    }

    @Override
    public @Nullable Breach breach(int reader) {
      return CBroadcast.breach(functions.call("writer_breach", memory, reader));
    }

    @Override
    public boolean sleep(int length) {
      return functions.call("writer_sleep", memory, length) != 0;
    }
  }

  private final class Reader extends Side implements BroadcastSide.Reader {
    Reader(MemorySegment memory) {
      super(memory, "reader");
    }

    @Override
    public int drain(MemorySegment buffer, int limit) {
      return functions.call("reader_drain", memory, buffer, limit);
    }

    @Override
    public int number() {
      return functions.call("reader_number", memory);
    }

    @Override
    public boolean isConnected() {
      return functions.call("reader_connected", memory) != 0;
    }

    @Override
    public @Nullable Breach breach() {
      return CBroadcast.breach(functions.call("reader_breach", memory));
    }

    @Override
    public boolean sleep() {
      return functions.call("reader_sleep", memory) != 0;
    }
  }
}
