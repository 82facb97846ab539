// SPDX-License-Identifier: Apache-2.0
#pragma once

// Harts: who there is, starting them (SBI HSM), waiting for them.

#include "board.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// One hart's state; tp points to it in S-mode. The first four fields are known to assembly
// (offsets.h).
struct hart {
  uint64_t stack;      // top of its stack
  uint64_t scratch;    // trap_entry's
  uint64_t id;
  uint64_t kernel_sp;  // where traps from user mode begin their frames
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

// The ids of the device tree's harts, ascending in the tree's order; returns how many.
unsigned harts_ids(uint64_t ids[BOARD_MAX_HARTS]);

unsigned harts_count(void);

// Starts a stopped hart in `function`; the hart stops itself when that returns. Returns SBI's
// error.
long harts_start(uint64_t id, void (*function)(void *), void *argument);

// Returns when that hart's function has returned and the firmware calls it stopped.
void harts_wait(uint64_t id);

// Runs `function` on the first `count` harts of which the caller is number 0, passing each its
// number from 0; returns when all have returned. `count` is at most harts_count().
void harts_run(unsigned count, void (*function)(unsigned number));

// A turn of a spin loop. `turns` starts at 0 and is the caller's: after 1,000 turns the hart sleeps
// for 20 microseconds now and then, because the one it waits for may have no host CPU to run on.
// Uses the hart's timer.
void harts_relax(unsigned *turns);

// A barrier for a fixed number of harts, usable again and again. Starts from {.parties = n}.
struct barrier {
  unsigned parties;
  atomic_uint arrived;
  atomic_uint generation;
};

void barrier_wait(struct barrier *barrier);
