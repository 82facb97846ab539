// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls of Linux that a UIO device needs. Java's channels do not do: an interrupt of the thread
 * closes them for good, and a process that opens a file twice loses its locks of it. The numbers
 * below are those of riscv64 and x86-64. Thread-safe.
 */
final class LinuxCalls {
  static final int ENOENT = 2;
  static final int EACCES = 13;
  static final int EPERM = 1;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_OF =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout POINTER = ValueLayout.ADDRESS;

  private static final MethodHandle OPEN =
      handle("open", FunctionDescriptor.of(INT, POINTER, INT), Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle READ =
      handle("read", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  private static final MethodHandle WRITE =
      handle("write", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  private static final MethodHandle PREAD =
      handle("pread", FunctionDescriptor.of(LONG, INT, POINTER, LONG, LONG));
  private static final MethodHandle PWRITE =
      handle("pwrite", FunctionDescriptor.of(LONG, INT, POINTER, LONG, LONG));
  private static final MethodHandle POLL =
      handle("poll", FunctionDescriptor.of(INT, POINTER, LONG, INT));
  private static final MethodHandle FCNTL =
      handle(
          "fcntl",
          FunctionDescriptor.of(INT, INT, INT, POINTER),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle MMAP =
      handle("mmap", FunctionDescriptor.of(POINTER, POINTER, LONG, INT, INT, INT, LONG));
  private static final MethodHandle MUNMAP =
      handle("munmap", FunctionDescriptor.of(INT, POINTER, LONG));
  private static final MethodHandle EVENTFD =
      handle("eventfd", FunctionDescriptor.of(INT, INT, INT));
  private static final MethodHandle STRERROR =
      handle("strerror", FunctionDescriptor.of(POINTER, INT));

  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 04000;
  private static final int O_CLOEXEC = 02000000;
  private static final short POLLIN = 1;
  private static final int F_OFD_SETLK = 37;
  private static final short F_WRLCK = 1;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final long MAP_FAILED = -1;
  private static final long LONGEST_MESSAGE = 256;

  // struct pollfd: an int and two shorts.
  private static final long POLLFD = 8;
  private static final long EVENTS_AT = 4;
  private static final long REVENTS_AT = 6;

  // struct flock: two shorts, and at 8 two longs, which are 0: the whole file.
  private static final long FLOCK = 32;

  private LinuxCalls() {}

  @SuppressWarnings("restricted") // each call says why it is safe
  private static MethodHandle handle(
      String name, FunctionDescriptor function, Linker.Option... more) {
    Linker.Option[] options = new Linker.Option[more.length + 1];
    options[0] = ERRNO;
    System.arraycopy(more, 0, options, 1, more.length);
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), function, options);
  }

  /** A call that failed. */
  static final class Failure extends IOException {
    private static final long serialVersionUID = 1;

    /** The error's number. */
    final int errno;

    Failure(String what, int errno) {
      super(what + ": " + describe(errno));
      this.errno = errno;
    }
  }

  /** A call, with memory for errno. */
  private interface Call<T> {
    T run(Arena arena, MemorySegment state) throws Throwable;
  }

  private static <T> T call(Call<T> call) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return call.run(arena, arena.allocate(STATE));
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // no function of C throws
    }
  }

  private static int errno(MemorySegment state) {
    return (int) ERRNO_OF.get(state, 0L);
  }

  @SuppressWarnings("restricted")
  private static String describe(int errno) {
    try {
      return call(
          (_, state) -> {
            // SAFETY: strerror returns a string that ends with a zero and is not freed.
            MemorySegment text = (MemorySegment) STRERROR.invokeExact(state, errno);
            return text.reinterpret(LONGEST_MESSAGE).getString(0);
          });
    } catch (IOException e) {
      return "error " + errno;
    }
  }

  /**
   * Opens a file for reading and writing, without waiting in later calls.
   *
   * @return a descriptor, which the caller closes
   * @throws Failure if it can't be opened
   */
  static int open(String file) throws IOException {
    return call(
        (arena, state) -> {
          // SAFETY: the path ends with a zero and lives during the call; without O_CREAT, open
          // takes no third argument.
          int descriptor =
              (int)
                  OPEN.invokeExact(
                      state, arena.allocateFrom(file), O_RDWR | O_NONBLOCK | O_CLOEXEC);
          if (descriptor < 0) {
            throw new Failure(file, errno(state));
          }
          return descriptor;
        });
  }

  /** Closes a descriptor, which is not used again. */
  static void close(int descriptor) throws IOException {
    int _ = call((_, state) -> (int) CLOSE.invokeExact(state, descriptor));
  }

  /** Returns a new eventfd, which the caller closes. */
  static int eventfd() throws IOException {
    return call(
        (_, state) -> {
          int descriptor = (int) EVENTFD.invokeExact(state, 0, O_NONBLOCK | O_CLOEXEC);
          if (descriptor < 0) {
            throw new Failure("eventfd", errno(state));
          }
          return descriptor;
        });
  }

  /** Adds one to an eventfd. */
  static void signal(int eventfd) throws IOException {
    long _ =
        call(
            (arena, state) -> {
              // SAFETY: eight bytes, in memory that lives during the call.
              return (long)
                  WRITE.invokeExact(state, eventfd, arena.allocateFrom(LONG, 1), (long) Long.BYTES);
            });
  }

  /**
   * Locks a file for this open file description, which conflicts with every other one.
   *
   * @return false if another one has it
   */
  static boolean lock(int descriptor) throws IOException {
    return call(
        (arena, state) -> {
          MemorySegment lock = arena.allocate(FLOCK, Long.BYTES);
          lock.set(ValueLayout.JAVA_SHORT, 0, F_WRLCK);
          // SAFETY: one struct flock, in memory that lives during the call.
          int done = (int) FCNTL.invokeExact(state, descriptor, F_OFD_SETLK, lock);
          if (done < 0 && errno(state) != EAGAIN && errno(state) != EACCES) {
            throw new Failure("fcntl", errno(state));
          }
          return done >= 0;
        });
  }

  /** Reads 16 bits at an offset of a file. */
  static int readShort(int descriptor, long offset) throws IOException {
    return call(
        (arena, state) -> {
          MemorySegment word = arena.allocate(ValueLayout.JAVA_SHORT);
          // SAFETY: two bytes, in memory that lives during the call.
          long bytes =
              (long) PREAD.invokeExact(state, descriptor, word, (long) Short.BYTES, offset);
          if (bytes != Short.BYTES) {
            throw new Failure("pread", errno(state));
          }
          return word.get(ValueLayout.JAVA_SHORT, 0) & 0xffff;
        });
  }

  /** Writes 16 bits at an offset of a file. */
  static void writeShort(int descriptor, long offset, int value) throws IOException {
    long _ =
        call(
            (arena, state) -> {
              MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_SHORT, (short) value);
              // SAFETY: two bytes, in memory that lives during the call.
              long bytes =
                  (long) PWRITE.invokeExact(state, descriptor, word, (long) Short.BYTES, offset);
              if (bytes != Short.BYTES) {
                throw new Failure("pwrite", errno(state));
              }
              return bytes;
            });
  }

  /**
   * Maps a part of a file to read and write, until the arena is closed.
   *
   * @param offset a multiple of the page size
   */
  @SuppressWarnings("restricted")
  static MemorySegment map(int descriptor, long offset, long size, Arena life) throws IOException {
    return call(
        (_, state) -> {
          // SAFETY: the kernel chooses a place that is free.
          MemorySegment mapped =
              (MemorySegment)
                  MMAP.invokeExact(
                      state,
                      MemorySegment.NULL,
                      size,
                      PROT_READ_WRITE,
                      MAP_SHARED,
                      descriptor,
                      offset);
          if (mapped.address() == MAP_FAILED) {
            throw new Failure("mmap", errno(state));
          }
          // SAFETY: so many bytes are mapped there until the arena's end, and nobody else has them.
          return mapped.reinterpret(size, life, LinuxCalls::unmap);
        });
  }

  private static void unmap(MemorySegment mapped) {
    try {
      // SAFETY: it is the whole of a mapping, whose arena has ended, so that nobody uses it.
      int _ = call((_, state) -> (int) MUNMAP.invokeExact(state, mapped, mapped.byteSize()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Waits until one of two descriptors can be read.
   *
   * @param millis how long at the most, in milliseconds
   * @return whether the first can; false also if a signal came
   */
  static boolean awaitReadable(int first, int second, int millis) throws IOException {
    return call(
        (arena, state) -> {
          MemorySegment files = arena.allocate(2 * POLLFD, Integer.BYTES);
          files.set(INT, 0, first);
          files.set(ValueLayout.JAVA_SHORT, EVENTS_AT, POLLIN);
          files.set(INT, POLLFD, second);
          files.set(ValueLayout.JAVA_SHORT, POLLFD + EVENTS_AT, POLLIN);
          // SAFETY: two structs pollfd, in memory that lives during the call.
          int ready = (int) POLL.invokeExact(state, files, 2L, millis);
          if (ready < 0 && errno(state) != EINTR) {
            throw new Failure("poll", errno(state));
          }
          return ready > 0 && files.get(ValueLayout.JAVA_SHORT, REVENTS_AT) != 0;
        });
  }

  /**
   * Takes what there is to read, up to a number of bytes, without waiting.
   *
   * @return whether all of them were there
   */
  static boolean take(int descriptor, int size) throws IOException {
    return call(
        (arena, state) -> {
          MemorySegment taken = arena.allocate(Long.BYTES, Long.BYTES);
          // SAFETY: at most eight bytes, in memory that lives during the call.
          long bytes = (long) READ.invokeExact(state, descriptor, taken, (long) size);
          if (bytes < 0 && errno(state) != EAGAIN) {
            throw new Failure("read", errno(state));
          }
          return bytes == size;
        });
  }
}
