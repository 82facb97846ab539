// SPDX-License-Identifier: Apache-2.0
#include "timer.h"

#include "csr.h"
#include "fdt.h"
#include "sbi.h"
#include "text.h"

bool isa_has(const char *extension) {
  const char *isa = fdt_string("cpu", "riscv,isa");
  size_t length = strlen(extension);
  for (; isa != NULL && *isa != 0; isa++) {
    if (*isa == '_' && strlen(isa + 1) >= length && memcmp(isa + 1, extension, length) == 0 &&
        (isa[1 + length] == '_' || isa[1 + length] == 0)) {
      return true;
    }
  }
  return false;
}

static bool has_stimecmp(void) {
  static enum { UNKNOWN, ABSENT, PRESENT } answer;  // all harts find the same
  if (answer == UNKNOWN) {
    answer = isa_has("sstc") ? PRESENT : ABSENT;
  }
  return answer == PRESENT;
}

void timer_set_stimecmp(uint64_t deadline) { csr_write(0x14d, deadline); }

void timer_set_sbi(uint64_t deadline) { sbi_set_timer(deadline); }

void timer_set(uint64_t deadline) {
  if (has_stimecmp()) {
    timer_set_stimecmp(deadline);
  } else {
    timer_set_sbi(deadline);
  }
}

void timer_off(void) { timer_set(UINT64_MAX); }

void timer_sleep(uint64_t ticks) {
  uint64_t status = csr_read(sstatus) & SSTATUS_SIE;
  uint64_t enabled = csr_read(sie) & (1 << INTERRUPT_TIMER);
  interrupts_off();
  timer_set(read_time() + ticks);
  csr_set(sie, 1 << INTERRUPT_TIMER);
  wait_for_interrupt();
  timer_off();
  if (enabled == 0) {
    csr_clear(sie, 1 << INTERRUPT_TIMER);
  }
  csr_set(sstatus, status);
}
