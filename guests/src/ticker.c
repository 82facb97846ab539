// SPDX-License-Identifier: Apache-2.0

// Takes n timer interrupts (n=100), hz of them a second (hz=100), asleep in between.

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "timer.h"
#include "traps.h"

static uint64_t period;
static uint64_t deadline;
static volatile uint64_t ticks;

static void on_timer(struct frame *frame) {
  (void)frame;
  ticks++;
  deadline += period;
  timer_set(deadline);
}

int main(void) {
  uint64_t n = command_line_number("n", 100);
  uint64_t hz = command_line_number("hz", 100);
  period = BOARD_TICKS_PER_SECOND / hz;
  traps_on_interrupt(INTERRUPT_TIMER, on_timer);
  print("ticker: %lu ticks at %lu Hz\n", n, hz);
  uint64_t begin = read_time();
  deadline = begin + period;
  timer_set(deadline);
  csr_set(sie, 1 << INTERRUPT_TIMER);
  while (ticks < n) {
    wait_for_interrupt();
    interrupts_on();
    interrupts_off();
  }
  print("ticker: %lu ticks in %lu ms\n", ticks, (read_time() - begin) / 10000);
  return 0;
}
