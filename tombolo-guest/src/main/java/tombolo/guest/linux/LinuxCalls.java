// SPDX-License-Identifier: Apache-2.0
package tombolo.guest.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The calls of Linux that a UIO device needs and Java does not have: a device file is read only
 * when an interrupt has come, and waited for with a limit. Thread-safe.
 */
final class LinuxCalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_OF =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle READ =
      handle(
          "read",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle POLL =
      handle(
          "poll",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle STRERROR =
      handle("strerror", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 04000;
  private static final int O_CLOEXEC = 02000000;
  private static final short POLLIN = 1;
  private static final int ENOENT = 2;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final long LONGEST_MESSAGE = 256;

  // struct pollfd: an int and two shorts.
  private static final long POLLFD = 8;
  private static final long EVENTS_AT = 4;
  private static final long REVENTS_AT = 6;

  private LinuxCalls() {}

  @SuppressWarnings("restricted") // each call says why it is safe
  private static MethodHandle handle(
      String name, FunctionDescriptor function, Linker.Option... more) {
    Linker.Option[] options = new Linker.Option[more.length + 1];
    options[0] = ERRNO;
    System.arraycopy(more, 0, options, 1, more.length);
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), function, options);
  }

  /**
   * Opens a device file for reading and writing, without waiting in later calls.
   *
   * @param hint what to look at if there is no such file
   * @throws IOException with the name of the error
   */
  static int open(Path file, String hint) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      // SAFETY: the path is a string that ends with a zero, in memory that lives during the call;
      // without O_CREAT, open takes no third argument.
      int descriptor =
          (int)
              OPEN.invokeExact(
                  state, arena.allocateFrom(file.toString()), O_RDWR | O_NONBLOCK | O_CLOEXEC);
      if (descriptor < 0) {
        IOException failure = failure(file.toString(), state);
        throw (int) ERRNO_OF.get(state, 0L) == ENOENT
            ? new IOException(failure.getMessage() + "; " + hint)
            : failure;
      }
      return descriptor;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Closes a descriptor that {@link #open} has returned, once. */
  static void close(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      // SAFETY: the caller owns the descriptor and does not use it again.
      int _ = (int) CLOSE.invokeExact(arena.allocate(STATE), descriptor);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Waits until there is something to read.
   *
   * @param millis how long at the most; -1 = without end
   * @return whether there is; false also if a signal came
   * @throws IOException with the name of the error
   */
  static boolean awaitReadable(int descriptor, int millis) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment files = arena.allocate(POLLFD, Integer.BYTES);
      files.set(ValueLayout.JAVA_INT, 0, descriptor);
      files.set(ValueLayout.JAVA_SHORT, EVENTS_AT, POLLIN);
      // SAFETY: one struct pollfd, in memory that lives during the call.
      int ready = (int) POLL.invokeExact(state, files, 1L, millis);
      if (ready < 0 && (int) ERRNO_OF.get(state, 0L) != EINTR) {
        throw failure("poll", state);
      }
      return ready > 0 && files.get(ValueLayout.JAVA_SHORT, REVENTS_AT) != 0;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads a count of interrupts.
   *
   * @return whether there was one
   * @throws IOException with the name of the error
   */
  static boolean readInt(int descriptor) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      // SAFETY: four bytes, in memory that lives during the call.
      long bytes = (long) READ.invokeExact(state, descriptor, count, (long) Integer.BYTES);
      if (bytes < 0 && (int) ERRNO_OF.get(state, 0L) != EAGAIN) {
        throw failure("read", state);
      }
      return bytes == Integer.BYTES;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("restricted")
  private static IOException failure(String what, MemorySegment state) throws Throwable {
    int error = (int) ERRNO_OF.get(state, 0L);
    // SAFETY: strerror returns a string that ends with a zero and is not freed.
    MemorySegment text = (MemorySegment) STRERROR.invokeExact(state, error);
    return new IOException(what + ": " + text.reinterpret(LONGEST_MESSAGE).getString(0));
  }
}
