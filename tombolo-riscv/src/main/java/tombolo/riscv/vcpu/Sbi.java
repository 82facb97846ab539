// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.vcpu;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tombolo.machine.VcpuExit;
import tombolo.machine.console.Console;
import tombolo.machine.power.StopReason;
import tombolo.memory.GuestMemory;
import tombolo.memory.GuestMemoryException;
import tombolo.riscv.hart.Hart;
import tombolo.riscv.hart.Quiescence;

/**
 * The firmware below S-mode: RISC-V SBI 2.0 with Base, TIME, IPI, RFENCE, HSM, SRST and DBCN, and
 * the legacy calls for timer, console and shutdown. AxVisor's hypercalls, which share the
 * instruction, go to the VM.
 *
 * <p>Called on the vCPU's thread, by several vCPUs at once; has no state of its own.
 */
public final class Sbi {
  private static final long LEGACY_SET_TIMER = 0;
  private static final long LEGACY_PUT_CHARACTER = 1;
  private static final long LEGACY_GET_CHARACTER = 2;
  private static final long LEGACY_SHUTDOWN = 8;
  private static final long BASE = 0x10;
  private static final long TIME = 0x54494d45;
  private static final long IPI = 0x735049;
  private static final long REMOTE_FENCE = 0x52464e43;
  private static final long HART_STATE = 0x48534d;
  private static final long SYSTEM_RESET = 0x53525354;
  private static final long DEBUG_CONSOLE = 0x4442434e;

  /**
   * "HVC": how AxVisor's guests call their hypervisor; a6 is the code, a0 to a5 are the arguments.
   */
  private static final long HYPERCALL = 0x485643;

  private static final long SUCCESS = 0;
  private static final long NOT_SUPPORTED = -2;
  private static final long INVALID_PARAMETER = -3;
  private static final long INVALID_ADDRESS = -5;
  private static final long ALREADY_AVAILABLE = -6;

  private static final long VERSION_2_0 = 2 << 24;

  /**
   * The implementation id is not in the specification's list; "tombolo" in ASCII, so that it can't
   * clash.
   */
  private static final long IMPLEMENTATION_ID = 0x746f6d626f6c6fL;

  // Functions of HSM.
  private static final long HART_START = 0;
  private static final long HART_STOP = 1;
  private static final long HART_STATUS = 2;
  private static final long HART_SUSPEND = 3;

  // Functions of DBCN.
  private static final long CONSOLE_WRITE = 0;
  private static final long CONSOLE_READ = 1;
  private static final long CONSOLE_WRITE_BYTE = 2;

  private static final long SYSTEM_FAILURE = 1;
  private static final long FIRST_SPECIFIC_REASON = 0xe000_0000L;

  private static final long SUSPEND_RETENTIVE = 0;
  private static final long SUSPEND_NON_RETENTIVE = 0x8000_0000L;
  private static final long THIS_HART_AND_ALL_OTHERS = -1;

  /** The most that one debug console call moves; more is the guest's next call. */
  private static final int CONSOLE_CHUNK = 4096;

  private final GuestMemory memory;
  private final Console console;
  private final List<RiscvVcpu> vcpus;

  /**
   * The firmware of one board.
   *
   * @param vcpus all of the board's, filled by the board before the first call
   */
  public Sbi(GuestMemory memory, Console console, List<RiscvVcpu> vcpus) {
    this.memory = memory;
    this.console = console;
    this.vcpus = vcpus;
  }

  /** Answers the ecall that the vCPU is just behind; null, or why the vCPU leaves guest code. */
  public @Nullable VcpuExit call(RiscvVcpu caller) {
    long[] x = caller.hart.x;
    long extension = x[17];
    long function = x[16];
    if (extension == HYPERCALL) {
      return new VcpuExit.Hypercall(function);
    }
    if (extension == SYSTEM_RESET && function == 0) {
      return systemReset(caller, x[10], x[11]);
    }
    if (extension == LEGACY_SHUTDOWN) {
      return new VcpuExit.SystemEvent(new StopReason.PowerOff());
    }
    if (extension == HART_STATE && function == HART_STOP) {
      caller.stop();
      return null;
    }
    if (extension >= LEGACY_SET_TIMER && extension <= LEGACY_GET_CHARACTER) {
      x[10] = legacy(caller, extension, x[10]);
      return null;
    }
    answer(caller, extension, function);
    return null;
  }

  private static void reply(RiscvVcpu caller, long error, long value) {
    caller.hart.x[10] = error;
    caller.hart.x[11] = value;
  }

  private void answer(RiscvVcpu caller, long extension, long function) {
    long[] x = caller.hart.x;
    if (extension == BASE) {
      base(caller, function, x[10]);
    } else if (extension == TIME && function == 0) {
      setTimer(caller, x[10]);
      reply(caller, SUCCESS, 0);
    } else if (extension == IPI && function == 0) {
      forHarts(caller, x[10], x[11], target -> target.setInterrupt(Hart.SSIP, true));
    } else if (extension == REMOTE_FENCE && function >= 0 && function <= 2) {
      remoteFence(caller, x[10], x[11], function == 0 ? Quiescence.CODE : Quiescence.TRANSLATIONS);
    } else if (extension == HART_STATE) {
      hartState(caller, function);
    } else if (extension == DEBUG_CONSOLE) {
      debugConsole(caller, function);
    } else {
      reply(caller, NOT_SUPPORTED, 0);
    }
  }

  private long legacy(RiscvVcpu caller, long extension, long argument) {
    if (extension == LEGACY_SET_TIMER) {
      setTimer(caller, argument);
      return 0;
    }
    if (extension == LEGACY_PUT_CHARACTER) {
      caller.outside(() -> console.write((byte) argument));
      return 0;
    }
    return console.read();
  }

  private static void setTimer(RiscvVcpu caller, long deadline) {
    caller.hart.stimecmp = deadline;
    caller.timer.look();
  }

  private static void base(RiscvVcpu caller, long function, long extension) {
    if (function == 0) {
      reply(caller, SUCCESS, VERSION_2_0);
    } else if (function == 1) {
      reply(caller, SUCCESS, IMPLEMENTATION_ID);
    } else if (function == 2) {
      reply(caller, SUCCESS, 1);
    } else if (function == 3) {
      reply(caller, SUCCESS, isKnown(extension) ? 1 : 0);
    } else if (function >= 4 && function <= 6) {
      reply(caller, SUCCESS, 0); // mvendorid, marchid, mimpid: none
    } else {
      reply(caller, NOT_SUPPORTED, 0);
    }
  }

  private static boolean isKnown(long extension) {
    return extension == BASE
        || extension == TIME
        || extension == IPI
        || extension == REMOTE_FENCE
        || extension == HART_STATE
        || extension == SYSTEM_RESET
        || extension == DEBUG_CONSOLE
        || (extension >= LEGACY_SET_TIMER && extension <= LEGACY_GET_CHARACTER)
        || extension == LEGACY_SHUTDOWN;
  }

  /**
   * Does something to each hart of a hart mask; to none if the mask names one that is not there.
   */
  private boolean forHarts(RiscvVcpu caller, long mask, long base, Consumer<RiscvVcpu> action) {
    if (base == THIS_HART_AND_ALL_OTHERS) {
      vcpus.forEach(action);
      reply(caller, SUCCESS, 0);
      return true;
    }
    boolean valid =
        base >= 0
            && base < vcpus.size()
            && Long.numberOfLeadingZeros(mask) >= 64 - (vcpus.size() - (int) base);
    if (!valid && mask != 0) {
      reply(caller, INVALID_PARAMETER, 0);
      return false;
    }
    for (long left = mask; left != 0; left &= left - 1) {
      action.accept(vcpus.get((int) base + Long.numberOfTrailingZeros(left)));
    }
    reply(caller, SUCCESS, 0);
    return true;
  }

  /**
   * Returns when every hart has forgotten; ranges are not looked at, a fence of all is one of a
   * part.
   */
  private void remoteFence(RiscvVcpu caller, long mask, long base, int wishes) {
    long[] tickets = new long[vcpus.size()];
    forHarts(caller, mask, base, target -> tickets[target.index()] = target.quiescence.ask(wishes));
    caller.outside(
        () -> {
          for (RiscvVcpu target : vcpus) {
            target.quiescence.await(tickets[target.index()]);
          }
        });
  }

  private void hartState(RiscvVcpu caller, long function) {
    long[] x = caller.hart.x;
    if (function == HART_SUSPEND) {
      suspend(caller, x[10] & 0xffffffffL, x[11], x[12]);
    } else if (function == HART_START || function == HART_STATUS) {
      long number = x[10];
      if (number < 0 || number >= vcpus.size()) {
        reply(caller, INVALID_PARAMETER, 0);
        return;
      }
      RiscvVcpu target = vcpus.get((int) number);
      if (function == HART_START) {
        start(caller, target, x[11], x[12]);
      } else {
        reply(caller, SUCCESS, target.state().number);
      }
    } else {
      reply(caller, NOT_SUPPORTED, 0);
    }
  }

  private void start(RiscvVcpu caller, RiscvVcpu target, long address, long opaque) {
    if (!canHoldCode(address)) {
      reply(caller, INVALID_ADDRESS, 0);
    } else if (target.start(new RiscvVcpu.Entry(address, opaque))) {
      reply(caller, SUCCESS, 0);
    } else {
      reply(caller, ALREADY_AVAILABLE, 0);
    }
  }

  private boolean canHoldCode(long address) {
    return (address & 1) == 0 && memory.regionAt(address) != null;
  }

  private void suspend(RiscvVcpu caller, long type, long address, long opaque) {
    if (type == SUSPEND_RETENTIVE) {
      reply(caller, SUCCESS, 0);
      caller.suspend();
    } else if (type == SUSPEND_NON_RETENTIVE) {
      if (!canHoldCode(address)) {
        reply(caller, INVALID_ADDRESS, 0);
        return;
      }
      // Nobody sees the hart before it wakes, so it can be at its resume address already.
      Hart hart = caller.hart;
      hart.satp = 0;
      hart.sstatus &= ~Hart.SIE;
      hart.mmu.flush();
      hart.x[10] = hart.index;
      hart.x[11] = opaque;
      hart.pc = address;
      caller.suspend();
    } else {
      // NOT_SUPPORTED is for a type that the firmware has and the platform lacks.
      reply(caller, INVALID_PARAMETER, 0);
    }
  }

  private static @Nullable VcpuExit systemReset(RiscvVcpu caller, long type, long reason) {
    // Both are 32-bit numbers; reasons from 0xe0000000 on are the implementation's own, or a
    // vendor's.
    long why = reason & 0xffffffffL;
    if (why <= SYSTEM_FAILURE || why >= FIRST_SPECIFIC_REASON) {
      switch ((int) type) {
        case 0 -> {
          return new VcpuExit.SystemEvent(
              why == 0 ? new StopReason.PowerOff() : new StopReason.GuestFailure(1));
        }
        case 1, 2 -> {
          return new VcpuExit.SystemEvent(new StopReason.ResetRequested());
        }
        default -> {}
      }
    }
    reply(caller, INVALID_PARAMETER, 0);
    return null;
  }

  private void debugConsole(RiscvVcpu caller, long function) {
    long[] x = caller.hart.x;
    if (function == CONSOLE_WRITE_BYTE) {
      byte octet = (byte) x[10];
      caller.outside(() -> console.write(octet));
      reply(caller, SUCCESS, 0);
    } else if (function == CONSOLE_WRITE || function == CONSOLE_READ) {
      moveText(caller, function == CONSOLE_READ, x[10], x[11], x[12]);
    } else {
      reply(caller, NOT_SUPPORTED, 0);
    }
  }

  /**
   * Moves a chunk of text between guest memory and the console. First checks all of the range that
   * the guest names, though a call moves only a part of it, so that a call that fails prints
   * nothing and takes no input.
   *
   * @param high the upper half of an address of 128 bits
   */
  private void moveText(RiscvVcpu caller, boolean read, long length, long gpa, long high) {
    if (high != 0 || !memory.allows(gpa, length, read)) {
      reply(caller, INVALID_PARAMETER, 0);
      return;
    }
    byte[] chunk = new byte[(int) Math.min(length, CONSOLE_CHUNK)];
    int[] moved = {0};
    try {
      caller.outside(() -> moved[0] = read ? type(gpa, chunk) : print(gpa, chunk));
      reply(caller, SUCCESS, moved[0]);
    } catch (GuestMemoryException e) {
      reply(caller, INVALID_PARAMETER, 0); // another vCPU has unmapped the range since the check
    }
  }

  /** Prints outside guest code, as everything that calls the console: it may block. */
  private int print(long gpa, byte[] chunk) {
    memory.read(gpa, chunk, 0, chunk.length);
    for (byte octet : chunk) {
      console.write(octet);
    }
    return chunk.length;
  }

  private int type(long gpa, byte[] chunk) {
    int count = 0;
    for (int next; count < chunk.length && (next = console.read()) >= 0; ) {
      chunk[count++] = (byte) next;
    }
    memory.write(gpa, chunk, 0, count);
    return count;
  }
}
