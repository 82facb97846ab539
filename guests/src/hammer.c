// SPDX-License-Identifier: Apache-2.0

// Every hart repeatedly stores a pattern over a range of guest physical memory, mapped or not,
// until the word at BOARD_SHARED_WORDS is set. Counts and skips stores that fault. Command line:
// base=0x50000000 size=0x1000 pattern=0x... harts=N passes=N.
//
// The host can watch: for hart number n, the double words at +0x100 + 8n and +0x200 + 8n hold the
// numbers of stores tried and of faults, updated after every pass. `passes` ends the run without
// the host (0: never).

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "harts.h"
#include "traps.h"

static uint64_t base;
static uint64_t size;
static uint64_t pattern;
static uint64_t passes;
static atomic_ulong faults[BOARD_MAX_HARTS];  // by hart id

static void on_store_fault(struct frame *frame) {
  atomic_fetch_add_explicit(&faults[this_hart()->id], 1, memory_order_relaxed);
  trap_skip(frame);
}

static void hammer(unsigned number) {
  volatile uint64_t *shared = (volatile uint64_t *)BOARD_SHARED_WORDS;
  volatile uint64_t *stores = shared + 0x100 / 8 + number;
  volatile uint64_t *faulted = shared + 0x200 / 8 + number;
  for (uint64_t pass = 0; *shared == 0 && (passes == 0 || pass < passes); pass++) {
    for (uint64_t at = base; at < base + size; at += 8) {
      *(volatile uint64_t *)at = pattern;
    }
    *stores += size / 8;
    *faulted = atomic_load_explicit(&faults[this_hart()->id], memory_order_relaxed);
  }
  print("hammer %u: %lu stores, %lu faults\n", number, *stores, *faulted);
}

int main(void) {
  base = command_line_number("base", 0x50000000);
  size = command_line_number("size", 0x1000);
  pattern = command_line_number("pattern", 0xdeadbeefdeadbeef);
  passes = command_line_number("passes", 0);
  uint64_t count = command_line_number("harts", harts_count());
  traps_on_exception(STORE_ACCESS, on_store_fault);
  print("hammer: %lu hart(s), 0x%lx bytes at 0x%lx\n", count, size, base);
  harts_run((unsigned)count, hammer);
  return 0;
}
