// SPDX-License-Identifier: Apache-2.0

// Every hart waits for the board's IVC interrupt and counts its claims, until the word at
// BOARD_SHARED_WORDS is set and the hart is interrupted once more. The host can watch: for hart
// number n, the double word at +0x100 + 8n counts its claims, and the one at +0x200 + 8n counts the
// traps that found nothing to claim.

#include "aia.h"
#include "board.h"
#include "console.h"
#include "csr.h"
#include "fdt.h"
#include "finish.h"
#include "harts.h"
#include "plic.h"
#include "traps.h"

static volatile uint64_t *const shared = (volatile uint64_t *)BOARD_SHARED_WORDS;
static unsigned source;  // and the identity of its messages, where there are messages
static bool by_messages;
static struct barrier ready;

static void on_external(struct frame *frame) {
  (void)frame;
  unsigned claimed = by_messages ? imsic_claim() : plic_claim();
  shared[(claimed == source ? 0x100 : 0x200) / 8 + this_hart()->id]++;
  if (claimed != 0 && !by_messages) {
    plic_complete(claimed);
  }
}

static void count(unsigned number) {
  if (by_messages) {
    imsic_enable(source);
  } else {
    plic_enable(source);
  }
  csr_set(sie, 1 << INTERRUPT_EXTERNAL);
  barrier_wait(&ready);
  if (number == 0) {
    if (by_messages) {
      aplic_route(source, SOURCE_EDGE_HIGH, this_hart()->id, source);
    }
    print("pulse: %u hart(s) wait for interrupt %u\n", ready.parties, source);
  }
  while (*shared == 0) {
    wait_for_interrupt();
    interrupts_on();
    interrupts_off();
  }
}

int main(void) {
  struct fdt_property interrupts;
  if (!fdt_find("ivc", "interrupts", &interrupts)) {
    panic("the device tree has no IVC interrupt");
  }
  source = fdt_cell(&interrupts, 0);
  by_messages = aia_is_there();
  ready.parties = harts_count();
  traps_on_interrupt(INTERRUPT_EXTERNAL, on_external);
  harts_run(ready.parties, count);
  return 0;
}
