// SPDX-License-Identifier: Apache-2.0
#include "traps.h"

#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "finish.h"
#include "harts.h"
#include "offsets.h"
#include "user.h"

#include <stddef.h>

_Static_assert(offsetof(struct frame, sepc) == FRAME_SEPC, "frame");
_Static_assert(offsetof(struct frame, stval) == FRAME_STVAL, "frame");
_Static_assert(sizeof(struct frame) == FRAME_SIZE && FRAME_SIZE % 16 == 0, "frame");

#define INTERRUPT (1ul << 63)
#define CAUSES 16

static trap_handler *exceptions[CAUSES];
static trap_handler *interrupts[CAUSES];

static const char *const names[CAUSES] = {
    [FETCH_MISALIGNED] = "instruction address misaligned",
    [FETCH_ACCESS] = "instruction access fault",
    [ILLEGAL_INSTRUCTION] = "illegal instruction",
    [BREAKPOINT] = "breakpoint",
    [LOAD_MISALIGNED] = "load address misaligned",
    [LOAD_ACCESS] = "load access fault",
    [STORE_MISALIGNED] = "store address misaligned",
    [STORE_ACCESS] = "store access fault",
    [ECALL_FROM_USER] = "environment call from user mode",
    [FETCH_PAGE_FAULT] = "instruction page fault",
    [LOAD_PAGE_FAULT] = "load page fault",
    [STORE_PAGE_FAULT] = "store page fault",
};

void traps_on_exception(enum exception cause, trap_handler *handler) {
  exceptions[cause] = handler;
}

void traps_on_interrupt(int cause, trap_handler *handler) {
  interrupts[cause] = handler;
}

void traps_report(const struct frame *frame) {
  uint64_t cause = frame->scause & ~INTERRUPT;
  const char *name = (frame->scause & INTERRUPT) != 0            ? "interrupt"
                     : cause < CAUSES && names[cause] != NULL ? names[cause]
                                                              : "unknown cause";
  print("unhandled trap: hart %lu, %s, scause 0x%lx, sepc 0x%lx, stval 0x%lx\n", this_hart()->id,
        name, frame->scause, frame->sepc, frame->stval);
  exit(EXIT_UNHANDLED_TRAP);
}

// trap_entry calls this.
void trap_dispatch(struct frame *frame) {
  uint64_t cause = frame->scause & ~INTERRUPT;
  if (frame->scause == ECALL_FROM_USER && frame->a7 == USER_EXIT) {
    user_leave((long)frame->a0);
  }
  trap_handler *const *table = (frame->scause & INTERRUPT) != 0 ? interrupts : exceptions;
  trap_handler *handler = cause < CAUSES ? table[cause] : NULL;
  if (handler == NULL) {
    traps_report(frame);
  }
  handler(frame);
}

bool trap_from_user(const struct frame *frame) { return (frame->sstatus & SSTATUS_SPP) == 0; }

void trap_skip(struct frame *frame) {
  uint64_t at = trap_from_user(frame) ? frame->sepc - user_offset : frame->sepc;
  frame->sepc += (*(const uint16_t *)at & 3) == 3 ? 4 : 2;
}

void traps_vector_from_command_line(void) {
  csr_write(stvec, command_line_number("vector", (uint64_t)trap_entry));
}
