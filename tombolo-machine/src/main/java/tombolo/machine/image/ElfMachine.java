// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

/** The processors that an ELF file can be for, as far as an accelerator runs them. */
public enum ElfMachine {
  /** 64-bit RISC-V. */
  RISCV(243, "RISC-V"),
  /** x86-64, which the ELF specification calls EM_X86_64. */
  X86_64(62, "x86-64");

  private final int code;
  private final String label;

  ElfMachine(int code, String label) {
    this.code = code;
    this.label = label;
  }

  /** The value of {@code e_machine}. */
  public int code() {
    return code;
  }

  /** For people. */
  public String label() {
    return label;
  }

  /** What a person calls the machine with this {@code e_machine}. */
  static String labelOf(int code) {
    return switch (code) {
      case 3 -> "x86 (32-bit)";
      case 40 -> "Arm (32-bit)";
      case 62 -> X86_64.label;
      case 183 -> "AArch64";
      case 243 -> RISCV.label;
      case 258 -> "LoongArch";
      default -> "machine " + code;
    };
  }
}
