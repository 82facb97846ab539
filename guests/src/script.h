// SPDX-License-Identifier: Apache-2.0
#pragma once

// The block at BOARD_SHARED_WORDS, in which a test on the host drives a guest that is one side of a
// ring. It says where the ring is and what to do, step by step. The guest counts its finished work
// there, after the work itself. The test has the same definitions in ScriptedGuest.java.

#include "board.h"
#include "finish.h"
#include "spsc_ring.h"

#include <stdint.h>

#define MOST 4096

enum kind { OPEN_WRITER, OPEN_READER, CLOSE, OFFER, CLAIM, ABORT, DRAIN, PEEK, ADMIT };

struct step {
  uint32_t kind;
  uint32_t value;  // OPEN_WRITER: capacity; OFFER, CLAIM, ABORT: length; DRAIN: limit; ADMIT: how
                   // many readers to hold back for
};

struct block {
  uint64_t ring;
  uint64_t size;     // bytes of the ring
  uint64_t steps;    // number of steps
  uint64_t done;     // number of messages committed or read
  int64_t answer;    // the answer that ended this guest
  uint64_t readers;  // number of readers of a broadcast ring
  uint64_t reserved[2];
  struct step step[248];
  uint64_t log[256];  // for each message read: life, type and length
};

static volatile struct block *const block = (volatile struct block *)BOARD_SHARED_WORDS;
static uint8_t payload[MOST];

static inline void over(int64_t answer) {
  block->answer = answer;
  exit(1);
}

static inline void note_done(void) {
  uint64_t done = block->done + 1;
  __atomic_store_n(&block->done, done, __ATOMIC_RELEASE);
}

static inline uint8_t byte_of(uint64_t message, uint32_t at) {
  return (uint8_t)(31 * message + at + 1);
}

// Fills the room for the next message.
static inline void fill(volatile uint8_t *room, const struct step *step) {
  uint64_t message = block->done;
  for (uint32_t i = 0; i < step->value; i++) {
    room[i] = step->kind == ABORT ? 0xee : byte_of(message, i);
  }
}

// Repeats until there is room; ends the guest if there never will be.
static inline void write_on(const struct step *step,
                            enum spsc_answer (*write)(const struct step *step)) {
  enum spsc_answer answer;
  do {
    answer = write(step);
  } while (answer == SPSC_BACK_PRESSURED || answer == SPSC_NOT_CONNECTED);
  if (answer != SPSC_OK) {
    over(answer);
  }
  if (step->kind != ABORT) {
    note_done();
  }
}

static inline void run_all(void (*run)(const struct step *step)) {
  for (uint64_t i = 0; i < block->steps; i++) {
    struct step step = {block->step[i].kind, block->step[i].value};
    run(&step);
  }
}
