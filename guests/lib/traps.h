// SPDX-License-Identifier: Apache-2.0
#pragma once

// Traps. trap_entry saves every integer register in a frame, calls the handler of the cause, and
// returns to the state that the handler left in the frame. Handlers run with interrupts off and do
// not use floating point.

#include <stdbool.h>
#include <stdint.h>

enum exception {
  FETCH_MISALIGNED = 0,
  FETCH_ACCESS = 1,
  ILLEGAL_INSTRUCTION = 2,
  BREAKPOINT = 3,
  LOAD_MISALIGNED = 4,
  LOAD_ACCESS = 5,
  STORE_MISALIGNED = 6,
  STORE_ACCESS = 7,
  ECALL_FROM_USER = 8,
  FETCH_PAGE_FAULT = 12,
  LOAD_PAGE_FAULT = 13,
  STORE_PAGE_FAULT = 15,
};

struct frame {
  union {
    uint64_t x[32];
    struct {
      uint64_t zero, ra, sp, gp, tp, t0, t1, t2, s0, s1;
      uint64_t a0, a1, a2, a3, a4, a5, a6, a7;
      uint64_t s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6;
    };
  };
  uint64_t sepc, sstatus, scause, stval;
};

typedef void trap_handler(struct frame *frame);

extern char trap_entry[];

// All harts share the handlers. Without a handler (NULL), a trap is printed and ends the machine.
void traps_on_exception(enum exception cause, trap_handler *handler);
void traps_on_interrupt(int cause, trap_handler *handler);

// Prints the trap and ends the machine, as happens without a handler.
void traps_report(const struct frame *frame);

bool trap_from_user(const struct frame *frame);

// Continues after the instruction that trapped, 2 or 4 bytes further.
void trap_skip(struct frame *frame);

// Replaces stvec by `vector=0x...` from the command line. Guests that provoke errors call this
// first, so that the trap finds no handler and the machine, not the guest, reports it.
void traps_vector_from_command_line(void);
