// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import tombolo.bench.suite.BenchmarkException;

/**
 * Pins by {@code sched_setaffinity(2)} to two processors that this process may use, of different
 * cores if possible.
 */
final class LinuxPinning implements Pinning {
  /** The size of glibc's {@code cpu_set_t} in bytes: a bit for each of 1,024 processors. */
  private static final long SET = 128;

  private static final int CALLING_THREAD = 0;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SET_AFFINITY = handle("sched_setaffinity");
  private static final MethodHandle GET_AFFINITY = handle("sched_getaffinity");

  private final int[] processors;

  private LinuxPinning(int sender, int receiver) {
    this.processors = new int[] {sender, receiver};
  }

  static Pinning create() {
    BitSet allowed = allowed();
    int first = allowed.nextSetBit(0);
    int second = allowed.nextSetBit(first + 1);
    if (second < 0) {
      return Pinning.none("only one processor");
    }
    String core = core(first);
    while (core(second).equals(core) && allowed.nextSetBit(second + 1) >= 0) {
      second = allowed.nextSetBit(second + 1);
    }
    return new LinuxPinning(first, second);
  }

  @Override
  public void pin(int end) {
    BitSet one = new BitSet();
    one.set(processors[end]);
    try (Arena call = Arena.ofConfined()) {
      MemorySegment set = call.allocate(SET, Long.BYTES);
      long[] words = one.toLongArray();
      MemorySegment.copy(words, 0, set, JAVA_LONG, 0, words.length);
      call(SET_AFFINITY, "sched_setaffinity", set, call);
    }
  }

  @Override
  public String describe() {
    return "senders are pinned to processor %d, receivers to processor %d"
        .formatted(processors[SENDER], processors[RECEIVER]);
  }

  private static BitSet allowed() {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment set = call.allocate(SET, Long.BYTES);
      call(GET_AFFINITY, "sched_getaffinity", set, call);
      return BitSet.valueOf(set.toArray(JAVA_LONG));
    }
  }

  /** Returns the processors of the same core; only this one if the host does not report them. */
  private static String core(int processor) {
    Path siblings =
        Path.of("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list".formatted(processor));
    try {
      return Files.readString(siblings);
    } catch (IOException e) {
      return "processor " + processor;
    }
  }

  private static void call(MethodHandle function, String name, MemorySegment set, Arena arena) {
    MemorySegment state = arena.allocate(STATE);
    int result;
    try {
      result = (int) function.invokeExact(state, CALLING_THREAD, SET, set);
    } catch (Throwable unexpected) {
      throw new AssertionError("a downcall threw", unexpected);
    }
    if (result != 0) {
      throw new BenchmarkException("%s: errno %d".formatted(name, (int) ERRNO.get(state, 0L)));
    }
  }

  /** Links {@code int f(pid_t pid, size_t cpusetsize, cpu_set_t *mask)}, which both are. */
  @SuppressWarnings("restricted")
  private static MethodHandle handle(String name) {
    // SAFETY: the descriptor is the prototype in the man page on a 64-bit host. The set that is
    // passed has the size that is passed with it, is aligned as the longs that it consists of, and
    // its arena stays open over the call. Neither function keeps the pointer.
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(() -> new UnsatisfiedLinkError(name)),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
        Linker.Option.captureCallState("errno"));
  }
}
