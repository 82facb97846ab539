// SPDX-License-Identifier: Apache-2.0
#include "selftest.h"

#include "csr.h"
#include "traps.h"

// An instruction behind a label, whose address can be compared with sepc.
#define PROBE_AT(pc, instruction)                                                  \
  PROBE(asm volatile("la %0, 1f\n 1: " instruction : "=&r"(pc) : : "memory", "t0"))

static void check_illegal(const char *name, struct probe seen, uint64_t pc, uint64_t bits) {
  check(name, seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION && seen.pc == pc &&
                  (seen.value == 0 || seen.value == bits));
}

static bool registers_survive(void) {
  uint64_t differing;
  probe_begin();
  asm volatile(
      "  li a0, 100\n li a1, 101\n li a2, 102\n li a3, 103\n li a4, 104\n li a5, 105\n"
      "  li a6, 106\n li a7, 107\n li ra, 108\n"
      "  li t0, 200\n li t1, 201\n li t2, 202\n li t3, 203\n li t4, 204\n li t5, 205\n li t6, 206\n"
      "  mv %0, sp\n"
      "  ebreak\n"
      "  sub %0, %0, sp\n"
      "  addi a0, a0, -100\n addi a1, a1, -101\n addi a2, a2, -102\n addi a3, a3, -103\n"
      "  addi a4, a4, -104\n addi a5, a5, -105\n addi a6, a6, -106\n addi a7, a7, -107\n"
      "  addi ra, ra, -108\n"
      "  addi t0, t0, -200\n addi t1, t1, -201\n addi t2, t2, -202\n addi t3, t3, -203\n"
      "  addi t4, t4, -204\n addi t5, t5, -205\n addi t6, t6, -206\n"
      "  or %0, %0, a0\n or %0, %0, a1\n or %0, %0, a2\n or %0, %0, a3\n or %0, %0, a4\n"
      "  or %0, %0, a5\n or %0, %0, a6\n or %0, %0, a7\n or %0, %0, ra\n"
      "  or %0, %0, t0\n or %0, %0, t1\n or %0, %0, t2\n or %0, %0, t3\n"
      "  or %0, %0, t4\n or %0, %0, t5\n or %0, %0, t6\n"
      : "=&r"(differing)
      :
      : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "ra", "t0", "t1", "t2", "t3", "t4", "t5",
        "t6", "memory");
  return probe_end().count == 1 && differing == 0;
}

void check_traps(void) {
  uint64_t pc;
  struct probe seen = PROBE_AT(pc, ".option push\n .option norvc\n ebreak\n .option pop");
  check("ebreak", seen.count == 1 && seen.cause == BREAKPOINT && seen.pc == pc && !seen.user &&
                      (seen.value == 0 || seen.value == pc));
  seen = PROBE_AT(pc, "c.ebreak");
  check("c.ebreak", seen.count == 1 && seen.cause == BREAKPOINT && seen.pc == pc);
  seen = PROBE_AT(pc, ".word 0xffffffff");
  check_illegal("illegal-instruction", seen, pc, 0xffffffff);
  seen = PROBE_AT(pc, ".hword 0");
  check_illegal("illegal-compressed", seen, pc, 0);
  seen = PROBE_AT(pc, "csrr t0, mstatus");
  check_illegal("machine-csr", seen, pc, 0x300022f3);
  seen = PROBE_AT(pc, "csrw time, zero");
  check_illegal("read-only-csr", seen, pc, 0xc0101073);
  seen = PROBE_AT(pc, "mret");
  check_illegal("mret", seen, pc, 0x30200073);

  check_trap("load-access-fault", probe_load(NOWHERE + 3), LOAD_ACCESS, NOWHERE + 3);
  check_trap("store-access-fault", probe_store(NOWHERE + 5), STORE_ACCESS, NOWHERE + 5);
  if (!qemu_differs("amo-access-fault", "a load access fault")) {
    check_trap("amo-access-fault",
               PROBE(asm volatile("amoadd.w zero, zero, (%0)" : : "r"(NOWHERE) : "memory")),
               STORE_ACCESS, NOWHERE);
  }
  check_trap("fetch-access-fault", probe_call(NOWHERE), FETCH_ACCESS, NOWHERE);
  check_trap("fetch-of-a-wild-address", probe_call(0x123456789000), FETCH_ACCESS, 0x123456789000);
  check("registers-survive-a-trap", registers_survive());

  csr_write(sscratch, 0x123456789abcdef0);
  bool kept = csr_read(sscratch) == 0x123456789abcdef0;
  csr_write(sscratch, 0);  // trap_entry's own
  csr_write(sepc, 0x1236);
  check("csr-sscratch-sepc", kept && csr_read(sepc) == 0x1236);
  if (!qemu_differs("csr-sepc-is-even", "bit 0 reads as written")) {
    csr_write(sepc, 0x1235);
    check("csr-sepc-is-even", csr_read(sepc) == 0x1234);
  }
}
