// SPDX-License-Identifier: Apache-2.0

// An interrupt handler that races with the main loop.

#include "bugs.h"

#include "csr.h"
#include "plic.h"
#include "traps.h"

struct bells {
  _Alignas(64) uint32_t seen;  // two: bells that its handler has taken
};

static const struct ivc_channel *rung;
static volatile uint32_t waiting;  // bells: the handler adds, the main loop subtracts
static volatile uint32_t taken;

static int ring_often(const struct ivc_channel *channel) {
  volatile struct bells *bells = BUG_MEMORY(struct bells, channel);
  for (uint32_t i = 1; i <= bug_rounds; i++) {
    ivc_ring(channel);
    bug_await(&bells->seen, i);
  }
  return 0;
}

static void on_bell(struct frame *frame) {
  (void)frame;
  unsigned source = plic_claim();
  if (ivc_take_bell(rung)) {
    waiting = waiting + 1;
    taken = taken + 1;
    BUG_MEMORY(struct bells, rung)->seen = taken;
  }
  plic_complete(source);
}

static int serve_bells(const struct ivc_channel *channel) {
  rung = channel;
  traps_on_interrupt(INTERRUPT_EXTERNAL, on_bell);
  external_listen(ivc_interrupt(), EXTERNAL_LEVEL);
  ivc_set_register(IVC_REG_ENABLE, IVC_PENDING_BELL);
  csr_set(sie, 1 << INTERRUPT_EXTERNAL);
  interrupts_on();
  uint32_t served = 0;
  while (taken < bug_rounds || waiting != 0) {
    if (waiting != 0) {
      // BUG: a bell between the load and the store is lost. The repair turns interrupts off.
      if (bug_fixed) {
        interrupts_off();
      }
      waiting = waiting - 1;
      interrupts_on();
      served++;
    }
  }
  interrupts_off();
  return served == taken ? 0 : bug_noticed("%u bells, of which I served %u\n", taken, served);
}

const struct bug interrupt_race = {"interrupt-race", ring_often, serve_bells};
