// SPDX-License-Identifier: Apache-2.0
#include "external.h"

#include "aia.h"
#include "csr.h"
#include "harts.h"
#include "plic.h"
#include "timer.h"

static uint64_t in_flight;  // a bit a source
static uint64_t levels;     // the same
static bool by_messages;

uint64_t deadline_after(uint64_t ticks) {
  uint64_t now = read_time();
  return ticks < NEVER - now ? now + ticks : NEVER;
}

void external_listen(unsigned source, enum external_kind kind) {
  levels |= (uint64_t)(kind == EXTERNAL_LEVEL) << source;
  by_messages = aia_is_there();
  if (by_messages) {
    imsic_enable(source);
    uint32_t mode = kind == EXTERNAL_LEVEL ? SOURCE_LEVEL_HIGH : SOURCE_EDGE_HIGH;
    aplic_route(source, mode, this_hart()->id, source);
  } else {
    plic_enable(source);
  }
}

static unsigned claim(void) { return by_messages ? imsic_claim() : plic_claim(); }

// The APLIC sends a message when a level rises, and no further one while it is high. Setting the
// pending bit makes it look again, and does nothing if the level is low (RISC-V AIA 1.0, 4.9.2).
static void complete(unsigned source) {
  if (!by_messages) {
    plic_complete(source);
  } else if ((levels & 1ul << source) != 0) {
    *aplic_word(SETIPNUM) = source;
  }
}

bool external_wait(unsigned source, uint64_t deadline) {
  uint64_t status = csr_read(sstatus) & SSTATUS_SIE;
  uint64_t enabled = csr_read(sie);
  interrupts_off();
  csr_write(sie, 1 << INTERRUPT_EXTERNAL | (deadline != NEVER ? 1 << INTERRUPT_TIMER : 0));
  bool slept = false;
  while ((in_flight & 1ul << source) == 0) {
    unsigned claimed = claim();
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
    complete(source);
  }
}
