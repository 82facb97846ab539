// SPDX-License-Identifier: Apache-2.0
#include "external.h"

#include "csr.h"
#include "plic.h"
#include "timer.h"

static uint64_t in_flight;  // a bit a source

uint64_t deadline_after(uint64_t ticks) {
  uint64_t now = read_time();
  return ticks < NEVER - now ? now + ticks : NEVER;
}

void external_listen(unsigned source) { plic_enable(source); }

bool external_wait(unsigned source, uint64_t deadline) {
  uint64_t status = csr_read(sstatus) & SSTATUS_SIE;
  uint64_t enabled = csr_read(sie);
  interrupts_off();
  csr_write(sie, 1 << INTERRUPT_EXTERNAL | (deadline != NEVER ? 1 << INTERRUPT_TIMER : 0));
  bool slept = false;
  while ((in_flight & 1ul << source) == 0) {
    unsigned claimed = plic_claim();
    if (claimed != 0) {
      in_flight |= 1ul << claimed;
    } else if (read_time() >= deadline) {
      break;
    } else {
      if (!slept && deadline != NEVER) {
        timer_set(deadline);
        slept = true;
      }
      wait_for_interrupt();
    }
  }
  if (slept) {
    timer_off();
  }
  csr_write(sie, enabled);
  csr_set(sstatus, status);
  return (in_flight & 1ul << source) != 0;
}

void external_done(unsigned source) {
  if ((in_flight & 1ul << source) != 0) {
    in_flight &= ~(1ul << source);
    plic_complete(source);
  }
}
