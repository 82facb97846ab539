// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tombolo.testing.CLibrary;
import tombolo.testing.WorkTree;

/** The sides of a broadcast ring in C, {@code guests/lib/broadcast_ring.h}, for the host. */
final class CBroadcast implements BroadcastSide.Language {
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;
  private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout INT = ValueLayout.JAVA_INT;

  /** In the order in which C has them. */
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

  private final Map<String, MethodHandle> functions = new HashMap<>();
  private final int size;

  private CBroadcast(CLibrary library) {
    add(library, "side_size");
    add(library, "writer_open", POINTER, POINTER, LONG, POINTER, INT, INT);
    add(library, "writer_offer", POINTER, INT, POINTER, INT);
    add(library, "writer_claim", POINTER, INT, INT);
    add(library, "writer_commit", POINTER);
    add(library, "writer_abort", POINTER);
    add(library, "writer_admit", POINTER);
    add(library, "writer_reader_is_dead", POINTER, INT);
    add(library, "writer_breach", POINTER, INT);
    add(library, "writer_sleep", POINTER, INT);
    add(library, "reader_open", POINTER, POINTER, LONG, POINTER, INT, INT);
    add(library, "reader_drain", POINTER, POINTER, INT);
    add(library, "reader_number", POINTER);
    add(library, "reader_connected", POINTER);
    add(library, "reader_breach", POINTER);
    add(library, "reader_sleep", POINTER);
    for (String side : new String[] {"writer", "reader"}) {
      add(library, side + "_wake", POINTER);
      add(library, side + "_peer_sleeps", POINTER);
      add(library, side + "_close", POINTER);
    }
    size = call("side_size");
  }

  static CBroadcast compile(Path directory) throws IOException, InterruptedException {
    Path sides = CRing.source(directory, "broadcast-sides.c");
    return new CBroadcast(CLibrary.compile(directory, WorkTree.path("guests/lib"), sides));
  }

  private void add(CLibrary library, String name, MemoryLayout... arguments) {
    functions.put(name, library.function(name, FunctionDescriptor.of(INT, arguments)));
  }

  private int call(String name, Object... arguments) {
    try {
      return (int) Objects.requireNonNull(functions.get(name)).invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private MemorySegment side() {
    return Arena.ofAuto().allocate(size, 8);
  }

  @Override
  public BroadcastSide.Writer writer(
      MemorySegment writers, MemorySegment readers, int count, int capacity) {
    MemorySegment side = side();
    long size = writers.byteSize();
    if (call("writer_open", side, writers, size, readers, count, capacity) != Answer.OK) {
      throw new AssertionError("not opened");
    }
    return new Writer(side);
  }

  @Override
  public BroadcastSide.Reader reader(
      MemorySegment writers, MemorySegment part, int number, boolean lossy) {
    MemorySegment side = side();
    long size = writers.byteSize();
    if (call("reader_open", side, writers, size, part, number, lossy ? 1 : 0) != Answer.OK) {
      throw new AssertionError("not opened");
    }
    return new Reader(side);
  }

  private static @Nullable Breach breach(int number) {
    return number == 0 ? null : BREACHES.get(number - 1);
  }

  /** What the sides have in common. */
  private abstract class Side implements BroadcastSide {
    final MemorySegment memory;
    private final String name;

    Side(MemorySegment memory, String name) {
      this.memory = memory;
      this.name = name;
    }

    @Override
    public void wake() {
      call(name + "_wake", memory);
    }

    @Override
    public boolean peerSleeps() {
      return call(name + "_peer_sleeps", memory) != 0;
    }

    @Override
    public void close() {
      call(name + "_close", memory);
    }
  }

  private final class Writer extends Side implements BroadcastSide.Writer {
    Writer(MemorySegment memory) {
      super(memory, "writer");
    }

    @Override
    public int offer(int type, MemorySegment message, int length) {
      return call("writer_offer", memory, type, message, length);
    }

    @Override
    public int claim(int type, int length) {
      return call("writer_claim", memory, type, length);
    }

    @Override
    public void commit() {
      call("writer_commit", memory);
    }

    @Override
    public void abort() {
      call("writer_abort", memory);
    }

    @Override
    public int admit() {
      return call("writer_admit", memory);
    }

    @Override
    public void readerIsDead(int reader) {
      call("writer_reader_is_dead", memory, reader);
    }

    @Override
    public @Nullable Breach breach(int reader) {
      return CBroadcast.breach(call("writer_breach", memory, reader));
    }

    @Override
    public boolean sleep(int length) {
      return call("writer_sleep", memory, length) != 0;
    }
  }

  private final class Reader extends Side implements BroadcastSide.Reader {
    Reader(MemorySegment memory) {
      super(memory, "reader");
    }

    @Override
    public int drain(MemorySegment buffer, int limit) {
      return call("reader_drain", memory, buffer, limit);
    }

    @Override
    public int number() {
      return call("reader_number", memory);
    }

    @Override
    public boolean isConnected() {
      return call("reader_connected", memory) != 0;
    }

    @Override
    public @Nullable Breach breach() {
      return CBroadcast.breach(call("reader_breach", memory));
    }

    @Override
    public boolean sleep() {
      return call("reader_sleep", memory) != 0;
    }
  }
}
