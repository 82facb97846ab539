// SPDX-License-Identifier: Apache-2.0

// Rings a doorbell, or listens to it and records how long each ring took: from before the ringer's
// store to the first instruction of the listener's own interrupt handler. The two VMs' clocks must
// count from the same moment; only the host that made them can ensure that. Command line:
//
//   role=ring n=2000 gap=0   rings n times, each time `gap` microseconds after the last one was
//                            heard; or
//   role=ring n=2000 flood   without waiting for anything, and prints how many rings a second
//   role=listen              sleeps in wfi between rings, or with `awake` loops
//
// The listener leaves its results at BOARD_SHARED_WORDS: the number of interrupts that it took, the
// number of rings that it recorded, and from +0x40 the ticks of each of these rings, 32 bits each.

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "meeting.h"
#include "plic.h"
#include "text.h"
#include "traps.h"

// The host may act as either side, so the offsets are fixed.
struct bells {
  uint8_t host_words[IVC_RAW_HEADER];
  _Alignas(64) uint64_t rung_at;   // 0x40, by the ringer, before `number`
  uint32_t number;                 // 0x48, by the ringer: counts from 1, OVER is the last
  _Alignas(64) uint32_t heard;     // 0x80, by the listener: the number that it saw
  _Alignas(64) uint32_t listening; // 0xc0, by the listener
};

#define OVER 0xffffffffu
#define MAX_NOTES 100000

static volatile struct bells *bells;

static void ring(const struct ivc_channel *channel, uint32_t number) {
  bells->rung_at = read_time();
  meeting_say(&bells->number, number);
  ivc_ring(channel);
}

static int role_ring(uint32_t n) {
  char word[2];
  bool flood = command_line_text("flood", word, sizeof word);
  uint64_t gap = command_line_number("gap", 0) * (BOARD_TICKS_PER_SECOND / 1000000);
  struct ivc_channel channel;
  meeting_publish("bell", IVC_PAGE, &channel);
  bells = channel.memory;
  meeting_word(&bells->listening, 1, "the listener");
  uint64_t start = read_time();
  for (uint32_t number = 1; number <= n; number++) {
    ring(&channel, number);
    if (!flood) {
      meeting_word(&bells->heard, number, "the listener to hear");
      uint64_t until = read_time() + gap;
      while (read_time() < until) {
      }
    }
  }
  uint64_t ticks = read_time() - start;
  ring(&channel, OVER);
  if (flood) {
    print("bell-bench: %u rings, %lu a second\n", n,
          n * BOARD_TICKS_PER_SECOND / (ticks + (ticks == 0)));
  }
  return 0;
}

static volatile uint64_t *const taken = (volatile uint64_t *)BOARD_SHARED_WORDS;
static volatile uint64_t *const noted = (volatile uint64_t *)BOARD_SHARED_WORDS + 1;
static volatile uint32_t *const notes = (volatile uint32_t *)(BOARD_SHARED_WORDS + 0x40);
static volatile bool over;

static void on_external(struct frame *frame) {
  uint64_t now = read_time();
  (void)frame;
  unsigned source = plic_claim();
  while (ivc_register(IVC_REG_BELL) != 0) {
  }
  asm volatile("fence i, rw" : : : "memory");
  if (source != 0) {
    plic_complete(source);
  }
  uint32_t number = __atomic_load_n(&bells->number, __ATOMIC_ACQUIRE);
  if (number == OVER) {
    over = true;
    return;
  }
  ++*taken;
  if (number != bells->heard) {
    if (*noted < MAX_NOTES) {
      notes[(*noted)++] = (uint32_t)(now - bells->rung_at);
    }
    meeting_say(&bells->heard, number);
  }
}

static int role_listen(void) {
  char word[2];
  bool awake = command_line_text("awake", word, sizeof word);
  struct ivc_channel channel;
  meeting_subscribe("bell", &channel);
  bells = channel.memory;
  traps_on_interrupt(INTERRUPT_EXTERNAL, on_external);
  plic_enable(ivc_interrupt());
  ivc_set_register(IVC_REG_ENABLE, IVC_PENDING_BELL);
  csr_set(sie, 1 << INTERRUPT_EXTERNAL);
  meeting_say(&bells->listening, 1);
  if (awake) {
    interrupts_on();
    while (!over) {
    }
  }
  while (!over) {
    wait_for_interrupt();
    interrupts_on();
    interrupts_off();
  }
  return 0;
}

int main(void) {
  char role[16] = "";
  command_line_text("role", role, sizeof role);
  meeting_open();
  if (strcmp(role, "ring") == 0) {
    return role_ring((uint32_t)command_line_number("n", 2000));
  }
  if (strcmp(role, "listen") == 0) {
    return role_listen();
  }
  meeting_over("role=ring or role=listen is missing");
}
