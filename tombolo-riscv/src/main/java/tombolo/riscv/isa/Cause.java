// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.isa;

/** Values of scause (RISC-V Privileged ISA, "Supervisor Cause Register"). */
public final class Cause {
  public static final int FETCH_MISALIGNED = 0;
  public static final int FETCH_ACCESS = 1;
  public static final int ILLEGAL_INSTRUCTION = 2;
  public static final int BREAKPOINT = 3;
  public static final int LOAD_MISALIGNED = 4;
  public static final int LOAD_ACCESS = 5;
  public static final int STORE_MISALIGNED = 6;
  public static final int STORE_ACCESS = 7;
  public static final int USER_ECALL = 8;
  public static final int SUPERVISOR_ECALL = 9;
  public static final int FETCH_PAGE = 12;
  public static final int LOAD_PAGE = 13;
  public static final int STORE_PAGE = 15;

  public static final int SOFTWARE_INTERRUPT = 1;
  public static final int TIMER_INTERRUPT = 5;
  public static final int EXTERNAL_INTERRUPT = 9;

  private Cause() {}

  /** The name of an exception, as the specification's table has it. */
  public static String describe(int cause) {
    return switch (cause) {
      case FETCH_MISALIGNED -> "instruction address misaligned";
      case FETCH_ACCESS -> "instruction access fault";
      case ILLEGAL_INSTRUCTION -> "illegal instruction";
      case BREAKPOINT -> "breakpoint";
      case LOAD_MISALIGNED -> "load address misaligned";
      case LOAD_ACCESS -> "load access fault";
      case STORE_MISALIGNED -> "store address misaligned";
      case STORE_ACCESS -> "store access fault";
      case USER_ECALL -> "environment call from U-mode";
      case SUPERVISOR_ECALL -> "environment call from S-mode";
      case FETCH_PAGE -> "instruction page fault";
      case LOAD_PAGE -> "load page fault";
      case STORE_PAGE -> "store page fault";
      default -> "cause " + cause;
    };
  }
}
