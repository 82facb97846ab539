// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The calls of the C library that page sources need. Each captures errno and turns it into a {@link
 * SystemCallException}. For 64-bit hosts only: {@code size_t} and {@code off_t} are 8 bytes.
 */
final class LibC {
  static final int NO_FILE = -1;

  private static final int PROT_READ_WRITE = 0x1 | 0x2;
  private static final int MAP_FAILED = -1;
  private static final int MFD_CLOEXEC_ALLOW_SEALING = 0x1 | 0x2;
  private static final int F_ADD_SEALS = 1033;
  private static final int F_SEAL_SEAL_SHRINK_GROW = 0x1 | 0x2 | 0x4;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle MMAP =
      handle(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      handle("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

  private LibC() {}

  /**
   * The calls that only Linux needs, in a class of their own so that no other host looks them up.
   */
  private static final class Descriptors {
    static final MethodHandle MEMFD_CREATE =
        handle("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    static final MethodHandle FTRUNCATE =
        handle("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    /** The prototype is int fcntl(int fd, int op, ...): arguments after the second are variadic. */
    static final MethodHandle FCNTL =
        handle(
            "fcntl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
            Linker.Option.firstVariadicArg(2));
  }

  /**
   * Maps {@code size} bytes, readable and writable, until {@code owner} is closed.
   *
   * @param file a descriptor, or {@link #NO_FILE}
   * @param afterUnmap runs after the pages are unmapped
   */
  @SuppressWarnings("restricted")
  static MemorySegment map(long size, int flags, int file, Arena owner, Runnable afterUnmap) {
    MemorySegment start;
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = call.allocate(STATE);
      long address;
      try {
        address =
            (long)
                MMAP.invokeExact(state, MemorySegment.NULL, size, PROT_READ_WRITE, flags, file, 0L);
      } catch (Throwable unexpected) {
        throw broken(unexpected);
      }
      if (address == MAP_FAILED) {
        throw failure("mmap of " + size + " bytes", state);
      }
      start = MemorySegment.ofAddress(address);
    }
    // SAFETY: mmap has just given these size bytes to this caller alone. Only this cleanup unmaps
    // them, and the arena runs it once, after the last access through the segment.
    return start.reinterpret(
        size,
        owner,
        pages -> {
          unmap(pages.address(), size);
          afterUnmap.run();
        });
  }

  private static void unmap(long address, long size) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = call.allocate(STATE);
      int result;
      try {
        result = (int) MUNMAP.invokeExact(state, MemorySegment.ofAddress(address), size);
      } catch (Throwable unexpected) {
        throw broken(unexpected);
      }
      if (result != 0) {
        throw failure("munmap of " + size + " bytes", state);
      }
    }
  }

  /** Creates an anonymous file of size 0, closed on exec and sealable; returns its descriptor. */
  static int createMemfd(String name) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = call.allocate(STATE);
      int fd;
      try {
        fd =
            (int)
                Descriptors.MEMFD_CREATE.invokeExact(
                    state, call.allocateFrom(name), MFD_CLOEXEC_ALLOW_SEALING);
      } catch (Throwable unexpected) {
        throw broken(unexpected);
      }
      return checked(fd, "memfd_create of \"" + name + "\"", state);
    }
  }

  static void setSize(int fd, long size) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = call.allocate(STATE);
      int result;
      try {
        result = (int) Descriptors.FTRUNCATE.invokeExact(state, fd, size);
      } catch (Throwable unexpected) {
        throw broken(unexpected);
      }
      checked(result, "ftruncate to " + size + " bytes", state);
    }
  }

  /** Forbids for ever to shrink or grow the file and to change its seals. */
  static void sealSize(int fd) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = call.allocate(STATE);
      int result;
      try {
        result =
            (int) Descriptors.FCNTL.invokeExact(state, fd, F_ADD_SEALS, F_SEAL_SEAL_SHRINK_GROW);
      } catch (Throwable unexpected) {
        throw broken(unexpected);
      }
      checked(result, "fcntl(F_ADD_SEALS)", state);
    }
  }

  /** Closes a descriptor. Does not retry on failure, since Linux has freed it even then. */
  static void close(int fd) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment state = call.allocate(STATE);
      int result;
      try {
        result = (int) Descriptors.CLOSE.invokeExact(state, fd);
      } catch (Throwable unexpected) {
        throw broken(unexpected);
      }
      checked(result, "close", state);
    }
  }

  private static int checked(int result, String call, MemorySegment state) {
    if (result < 0) {
      throw failure(call, state);
    }
    return result;
  }

  private static SystemCallException failure(String call, MemorySegment state) {
    return new SystemCallException(call, (int) ERRNO.get(state, 0L));
  }

  /** Returns the error for an exception from a downcall handle, which only a bug here can cause. */
  private static AssertionError broken(Throwable unexpected) {
    return new AssertionError("a downcall threw", unexpected);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
    all[options.length] = Linker.Option.captureCallState("errno");
    // SAFETY: each descriptor above matches the prototype in the call's man page on a 64-bit host.
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(() -> new UnsatisfiedLinkError(name)),
        type,
        all);
  }
}
