// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tombolo.testing.CLibrary;
import tombolo.testing.WorkTree;

/** The sides of a ring in C, {@code guests/lib/spsc_ring.h}, compiled for the host. */
final class CRing implements RingSide.Language {
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;
  private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout INT = ValueLayout.JAVA_INT;

  /** In the order in which C has them. */
  static final List<Breach> BREACHES =
      List.of(
          Breach.HEAD,
          Breach.CAPACITY,
          Breach.READER_POSITION,
          Breach.RECORD_LENGTH,
          Breach.RECORD_TYPE,
          Breach.PADDING);

  private final Map<String, MethodHandle> functions = new HashMap<>();
  private final int size;

  private CRing(CLibrary library) {
    add(library, "side_size");
    add(library, "writer_open", POINTER, POINTER, LONG, POINTER, INT);
    add(library, "writer_offer", POINTER, INT, POINTER, INT);
    add(library, "writer_claim", POINTER, INT, INT);
    add(library, "writer_commit", POINTER);
    add(library, "writer_abort", POINTER);
    add(library, "writer_sleep", POINTER, INT);
    add(library, "writer_peer_died", POINTER);
    add(library, "reader_open", POINTER, POINTER, LONG, POINTER);
    add(library, "reader_drain", POINTER, POINTER, INT);
    add(library, "reader_peek", POINTER, POINTER);
    add(library, "reader_sleep", POINTER);
    for (String side : new String[] {"writer", "reader"}) {
      add(library, side + "_wake", POINTER);
      add(library, side + "_peer_sleeps", POINTER);
      add(library, side + "_connected", POINTER);
      add(library, side + "_breach", POINTER);
      add(library, side + "_close", POINTER);
    }
    size = call("side_size");
  }

  static CRing compile(Path directory) throws IOException, InterruptedException {
    Path sides = source(directory, "ring-sides.c");
    return new CRing(CLibrary.compile(directory, WorkTree.path("guests/lib"), sides));
  }

  /** Copies a C file of the tests to where a compiler finds it. */
  static Path source(Path directory, String name) throws IOException {
    Path file = directory.resolve(name);
    try (InputStream in = CRing.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    return file;
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

  @Override
  public RingSide.Writer writer(MemorySegment writers, MemorySegment readers, int capacity) {
    MemorySegment side = Arena.ofAuto().allocate(size, 8);
    if (call("writer_open", side, writers, writers.byteSize(), readers, capacity) != Answer.OK) {
      throw new AssertionError("not opened");
    }
    return new Writer(side);
  }

  @Override
  public RingSide.Reader reader(MemorySegment writers, MemorySegment readers) {
    MemorySegment side = Arena.ofAuto().allocate(size, 8);
    if (call("reader_open", side, writers, writers.byteSize(), readers) != Answer.OK) {
      throw new AssertionError("not opened");
    }
    return new Reader(side);
  }

  @Override
  public String toString() {
    return "C";
  }

  /** What the two sides have in common. */
  private abstract class Side implements RingSide {
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
    public boolean isConnected() {
      return call(name + "_connected", memory) != 0;
    }

    @Override
    public @Nullable Breach breach() {
      int breach = call(name + "_breach", memory);
      return breach == 0 ? null : BREACHES.get(breach - 1);
    }

    @Override
    public void close() {
      call(name + "_close", memory);
    }
  }

  private final class Writer extends Side implements RingSide.Writer {
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
    public boolean sleep(int length) {
      return call("writer_sleep", memory, length) != 0;
    }

    @Override
    public void peerDied() {
      call("writer_peer_died", memory);
    }
  }

  private final class Reader extends Side implements RingSide.Reader {
    Reader(MemorySegment memory) {
      super(memory, "reader");
    }

    @Override
    public int drain(MemorySegment buffer, int limit) {
      return call("reader_drain", memory, buffer, limit);
    }

    @Override
    public int one(MemorySegment buffer) {
      return call("reader_peek", memory, buffer);
    }

    @Override
    public boolean sleep() {
      return call("reader_sleep", memory) != 0;
    }
  }
}
