// SPDX-License-Identifier: Apache-2.0
#pragma once

// Harts: listing them, starting them (SBI HSM), and waiting for them.

#include "board.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// One hart's state; tp points to it in S-mode. Assembly uses the first five fields (offsets.h).
struct hart {
  uint64_t stack;      // top of its stack
  uint64_t scratch;    // scratch word of trap_entry
  uint64_t id;
  uint64_t kernel_sp;  // where traps from user mode begin their frames
  uint64_t traps;      // whose handlers are running
  void (*function)(void *);
  void *argument;
  atomic_bool busy;    // from harts_start() until the function returned
  _Alignas(128) char end[];
};

extern struct hart harts[BOARD_MAX_HARTS];

static inline struct hart *this_hart(void) {
  struct hart *hart;
  asm volatile("mv %0, tp" : "=r"(hart));
  return hart;
}

// Fetches the ids of the device tree's harts, in the tree's ascending order, and returns their
// number.
unsigned harts_ids(uint64_t ids[BOARD_MAX_HARTS]);

unsigned harts_count(void);

// Starts a stopped hart in `function`. The hart stops itself when that returns. Returns SBI's
// error.
long harts_start(uint64_t id, void (*function)(void *), void *argument);

// Waits until that hart's function has returned and the firmware reports the hart stopped.
void harts_wait(uint64_t id);

// Runs `function` on the first `count` harts, of which the caller is number 0, and passes each its
// number. Returns when all have returned. `count` is at most harts_count().
void harts_run(unsigned count, void (*function)(unsigned number));

// Executes one turn of a spin loop. `turns` starts at 0 and belongs to the caller. After 1,000
// turns the hart sometimes sleeps for 20 microseconds, because the hart that it waits for may have
// no host CPU to run on. Uses the hart's timer.
void harts_relax(unsigned *turns);

// A reusable barrier for a fixed number of harts. Starts from {.parties = n}.
struct barrier {
  unsigned parties;
  atomic_uint arrived;
  atomic_uint generation;
};

void barrier_wait(struct barrier *barrier);
