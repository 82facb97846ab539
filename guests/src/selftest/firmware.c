// SPDX-License-Identifier: Apache-2.0
#include "selftest.h"

#include "fdt.h"
#include "harts.h"
#include "sbi.h"
#include "text.h"

static void check_device_tree(void) {
  uint64_t ids[BOARD_MAX_HARTS];
  unsigned count = harts_ids(ids);
  bool listed = false;
  for (unsigned i = 0; i < count; i++) {
    listed |= ids[i] == this_hart()->id;
  }
  check("device-tree-lists-this-hart", listed);
  check("device-tree-memory", fdt_memory_size() >= 32ul << 20);
  struct fdt_property timebase;
  check("device-tree-timebase", fdt_find("cpus", "timebase-frequency", &timebase) &&
                                    fdt_cell(&timebase, 0) == BOARD_TICKS_PER_SECOND);
}

// An SBI call changes only a0 and a1.
static bool registers_survive(void) {
  uint64_t differing;
  asm volatile(
      "  li a0, 3\n"
      "  li a1, 0\n"
      "  li a6, 3\n"
      "  li a7, 0x10\n"
      "  li a2, 102\n li a3, 103\n li a4, 104\n li a5, 105\n"
      "  li t0, 200\n li t1, 201\n li t2, 202\n li t3, 203\n li t4, 204\n li t5, 205\n li t6, 206\n"
      "  ecall\n"
      "  addi a2, a2, -102\n addi a3, a3, -103\n addi a4, a4, -104\n addi a5, a5, -105\n"
      "  addi a6, a6, -3\n addi a7, a7, -0x10\n"
      "  addi t0, t0, -200\n addi t1, t1, -201\n addi t2, t2, -202\n addi t3, t3, -203\n"
      "  addi t4, t4, -204\n addi t5, t5, -205\n addi t6, t6, -206\n"
      "  or %0, a2, a3\n or %0, %0, a4\n or %0, %0, a5\n or %0, %0, a6\n or %0, %0, a7\n"
      "  or %0, %0, t0\n or %0, %0, t1\n or %0, %0, t2\n or %0, %0, t3\n"
      "  or %0, %0, t4\n or %0, %0, t5\n or %0, %0, t6\n"
      : "=&r"(differing)
      :
      : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4", "t5", "t6",
        "memory");
  return differing == 0;
}

void check_firmware(void) {
  check_device_tree();
  struct sbi_result version = sbi_base(0, 0);
  check("sbi-version", version.error == SBI_SUCCESS && version.value >= 2);
  check("sbi-machine-ids", sbi_base(4, 0).error == SBI_SUCCESS &&
                               sbi_base(5, 0).error == SBI_SUCCESS &&
                               sbi_base(6, 0).error == SBI_SUCCESS);
  check("sbi-probe", sbi_probe(SBI_BASE) != 0 && sbi_probe(SBI_TIME) != 0 &&
                         sbi_probe(SBI_IPI) != 0 && sbi_probe(SBI_RFENCE) != 0 &&
                         sbi_probe(SBI_HSM) != 0 && sbi_probe(SBI_SRST) != 0);
  check("sbi-probe-unknown", sbi_probe(0x0fffffff) == 0);
  check("sbi-unknown-extension",
        sbi_call(0x0fffffff, 0, 0, 0, 0, 0, 0).error == SBI_NOT_SUPPORTED);
  check("sbi-unknown-function",
        sbi_call(SBI_TIME, 1000, 0, 0, 0, 0, 0).error == SBI_NOT_SUPPORTED);
  check("sbi-keeps-registers", registers_survive());
  if (sbi_probe(SBI_DBCN) == 0) {
    skip("sbi-debug-console", "this firmware has none");
    return;
  }
  static const char text[] = "a line by the debug console\n";
  struct sbi_result written = sbi_console_write(text, sizeof text - 1);
  check("sbi-debug-console", written.error == SBI_SUCCESS && written.value == sizeof text - 1);
  check("sbi-debug-console-bad-address",
        sbi_console_write((const char *)NOWHERE, 1).error == SBI_INVALID_PARAMETER);
}
