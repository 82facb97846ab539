// SPDX-License-Identifier: Apache-2.0
#include "probe.h"

#include "harts.h"
#include "traps.h"

#include <stddef.h>

static struct probe probes[BOARD_MAX_HARTS];

static void on_trap(struct frame *frame) {
  struct probe *probe = &probes[this_hart()->id];
  if (probe->count++ == 0) {
    probe->cause = frame->scause;
    probe->value = frame->stval;
    probe->pc = frame->sepc;
    probe->user = trap_from_user(frame);
  }
  if (probe->count > 1000) {
    traps_report(frame);  // skipping would never end it
  }
  if (frame->scause == FETCH_ACCESS || frame->scause == FETCH_PAGE_FAULT) {
    frame->sepc = frame->ra;
  } else {
    trap_skip(frame);
  }
}

static void handle_all(trap_handler *handler) {
  for (enum exception cause = FETCH_MISALIGNED; cause <= STORE_PAGE_FAULT; cause++) {
    traps_on_exception(cause, handler);
  }
}

void probe_begin(void) {
  probes[this_hart()->id] = (struct probe){0};
  handle_all(on_trap);
}

uint64_t probe_count(void) {
  // The trap handler has written it, unseen by the compiler.
  return ((volatile struct probe *)&probes[this_hart()->id])->count;
}

struct probe probe_end(void) {
  handle_all(NULL);
  return probes[this_hart()->id];
}

struct probe probe_load(uint64_t address) {
  return PROBE(({
    uint64_t ignored;
    asm volatile("lbu %0, (%1)" : "=r"(ignored) : "r"(address) : "memory");
  }));
}

struct probe probe_store(uint64_t address) {
  return PROBE(asm volatile("sb zero, (%0)" : : "r"(address) : "memory"));
}

struct probe probe_call(uint64_t address) { return PROBE(((void (*)(void))address)()); }
