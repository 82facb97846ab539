// SPDX-License-Identifier: Apache-2.0

/** The accelerator of RISC-V harts in pure Java, with its board and SBI firmware. */
module tombolo.riscv {
  requires transitive tombolo.machine;
  requires static org.jspecify;

  exports tombolo.riscv;
}
