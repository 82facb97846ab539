// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tombolo.testing.CFunctions;
import tombolo.testing.CLibrary;
import tombolo.testing.WorkTree;

/** The sides of a ring in C, {@code guests/lib/spsc_ring.h}, compiled for the host. */
public final class CRing implements RingSide.Language {
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;
  private static final MemoryLayout LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout INT = ValueLayout.JAVA_INT;

  /** The breaches in the order of the C enumeration. */
  static final List<Breach> BREACHES =
      List.of(
          Breach.HEAD,
          Breach.CAPACITY,
          Breach.READER_POSITION,
          Breach.RECORD_LENGTH,
          Breach.RECORD_TYPE,
          Breach.PADDING);

  private final CFunctions functions;
  private final int size;

  private CRing(CLibrary library) {
    functions = new CFunctions(library);
    functions.add("side_size");
    functions.add("writer_open", POINTER, POINTER, LONG, POINTER, INT);
    functions.add("writer_offer", POINTER, INT, POINTER, INT);
    functions.add("writer_claim", POINTER, INT, INT);
    functions.add("writer_commit", POINTER);
    functions.add("writer_abort", POINTER);
    functions.add("writer_sleep", POINTER, INT);
    functions.add("writer_peer_died", POINTER);
    functions.add("reader_open", POINTER, POINTER, LONG, POINTER);
    functions.add("reader_drain", POINTER, POINTER, INT);
    functions.add("reader_peek", POINTER, POINTER);
    functions.add("reader_sleep", POINTER);
    for (String side : new String[] {"writer", "reader"}) {
      functions.add(side + "_wake", POINTER);
      functions.add(side + "_peer_sleeps", POINTER);
      functions.add(side + "_connected", POINTER);
      functions.add(side + "_breach", POINTER);
      functions.add(side + "_close", POINTER);
    }
    size = functions.call("side_size");
  }

  static CRing compile(Path directory) throws IOException, InterruptedException {
    Path sides = source(directory, "ring-sides.c");
    return new CRing(CLibrary.compile(directory, WorkTree.path("guests/lib"), sides));
  }

  /** Copies a C file of the tests to a directory where a compiler finds it. */
  public static Path source(Path directory, String name) throws IOException {
    Path file = directory.resolve(name);
    try (InputStream in = CRing.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    return file;
  }

  @Override
  public RingSide.Writer writer(MemorySegment writers, MemorySegment readers, int capacity) {
    MemorySegment side = Arena.ofAuto().allocate(size, 8);
    if (functions.call("writer_open", side, writers, writers.byteSize(), readers, capacity)
        != Answer.OK) {
      throw new AssertionError("not opened");
    }
    return new Writer(side);
  }

  @Override
  public RingSide.Reader reader(MemorySegment writers, MemorySegment readers) {
    MemorySegment side = Arena.ofAuto().allocate(size, 8);
    if (functions.call("reader_open", side, writers, writers.byteSize(), readers) != Answer.OK) {
      throw new AssertionError("not opened");
    }
    return new Reader(side);
  }

  @Override
  public String toString() {
    return "C";
  }

  /** The common part of the two sides. */
  private abstract class Side implements RingSide {
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
    public boolean isConnected() {
      return functions.call(name + "_connected", memory) != 0;
    }

    @Override
    public @Nullable Breach breach() {
      int breach = functions.call(name + "_breach", memory);
      return breach == 0 ? null : BREACHES.get(breach - 1);
    }

    @Override
    public void close() {
      functions.call(name + "_close", memory);
    }
  }

  private final class Writer extends Side implements RingSide.Writer {
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
    public boolean sleep(int length) {
      return functions.call("writer_sleep", memory, length) != 0;
    }

    @Override
    public void peerDied() {
      functions.call("writer_peer_died", memory);
    }
  }

  private final class Reader extends Side implements RingSide.Reader {
    Reader(MemorySegment memory) {
      super(memory, "reader");
    }

    @Override
    public int drain(MemorySegment buffer, int limit) {
      return functions.call("reader_drain", memory, buffer, limit);
    }

    @Override
    public int one(MemorySegment buffer) {
      return functions.call("reader_peek", memory, buffer);
    }

    @Override
    public boolean sleep() {
      return functions.call("reader_sleep", memory) != 0;
    }
  }
}
