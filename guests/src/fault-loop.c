// SPDX-License-Identifier: Apache-2.0

// Sets a trap vector that itself faults, so the first trap never ends. The vector's first
// instruction is illegal, so sepc is its own address from then on. `vector=0x...` points stvec
// somewhere else.

#include "command_line.h"
#include "console.h"
#include "csr.h"

asm(".pushsection .text\n"
    ".balign 4\n"
    ".globl faulting_vector\n"
    "faulting_vector: .word 0\n"
    ".popsection\n");
extern char faulting_vector[];

int main(void) {
  uint64_t vector = command_line_number("vector", (uint64_t)faulting_vector);
  print("fault-loop: the trap vector at 0x%lx faults\n", vector);
  csr_write(stvec, vector);
  asm volatile("ebreak");
  return 1;
}
