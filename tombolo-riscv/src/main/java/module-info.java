// SPDX-License-Identifier: Apache-2.0

/** The accelerator of RISC-V harts in pure Java, with its board and SBI firmware. */
@SuppressWarnings("module") // tombolo.sim is built later
module tombolo.riscv {
  requires transitive tombolo.machine;
  requires static org.jspecify;

  exports tombolo.riscv;
  exports tombolo.riscv.hart to
      tombolo.sim;
  exports tombolo.riscv.isa to
      tombolo.sim;
}
