// SPDX-License-Identifier: Apache-2.0
#include "harts.h"

#include "console.h"
#include "csr.h"
#include "fdt.h"
#include "finish.h"
#include "offsets.h"
#include "sbi.h"
#include "text.h"
#include "timer.h"

#include <stddef.h>

_Static_assert(offsetof(struct hart, stack) == HART_STACK, "hart");
_Static_assert(offsetof(struct hart, scratch) == HART_SCRATCH, "hart");
_Static_assert(offsetof(struct hart, id) == HART_ID, "hart");
_Static_assert(offsetof(struct hart, kernel_sp) == HART_KERNEL_SP, "hart");
_Static_assert(offsetof(struct hart, traps) == HART_TRAPS, "hart");
_Static_assert(sizeof(struct hart) == 1 << HART_SIZE_SHIFT, "hart");

struct hart harts[BOARD_MAX_HARTS];

extern char start_hart[];

unsigned harts_ids(uint64_t ids[BOARD_MAX_HARTS]) {
  struct fdt_cursor cursor = {0};
  struct fdt_property reg;
  unsigned count = 0;
  while (fdt_next(&cursor, &reg) && count < BOARD_MAX_HARTS) {
    if (fdt_named(reg.node, "cpu") && strcmp(reg.name, "reg") == 0) {
      ids[count++] = fdt_cell(&reg, reg.length / 4 - 1);
    }
  }
  return count;
}

unsigned harts_count(void) {
  uint64_t ids[BOARD_MAX_HARTS];
  return harts_ids(ids);
}

long harts_start(uint64_t id, void (*function)(void *), void *argument) {
  struct hart *hart = &harts[id];
  // start.S computed its stack for the boot hart only.
  hart->stack = harts[this_hart()->id].stack + ((id - this_hart()->id) << STACK_SIZE_SHIFT);
  hart->id = id;
  hart->function = function;
  hart->argument = argument;
  atomic_store(&hart->busy, true);
  long error = sbi_hart_start(id, (uint64_t)start_hart, (uint64_t)hart);
  if (error != SBI_SUCCESS) {
    atomic_store(&hart->busy, false);
  }
  return error;
}

// start.S calls this on a new hart, with the id that the firmware gave it.
noreturn void run_hart(uint64_t id) {
  struct hart *hart = this_hart();
  if (id != hart->id) {
    panic("a hart started under another id");
  }
  hart->function(hart->argument);
  atomic_store(&hart->busy, false);
  long error = sbi_hart_stop();
  print("hart %lu: SBI error %ld\n", hart->id, error);
  panic("a hart did not stop");
}

void harts_wait(uint64_t id) {
  unsigned turns = 0;
  while (atomic_load(&harts[id].busy) || sbi_hart_status(id).value != SBI_HART_STOPPED) {
    harts_relax(&turns);
  }
}

struct numbered {
  void (*function)(unsigned number);
  unsigned number;
};

static void run_numbered(void *argument) {
  struct numbered *numbered = argument;
  numbered->function(numbered->number);
}

void harts_run(unsigned count, void (*function)(unsigned number)) {
  uint64_t ids[BOARD_MAX_HARTS];
  struct numbered numbered[BOARD_MAX_HARTS];
  unsigned all = harts_ids(ids);
  unsigned number = 1;
  for (unsigned i = 0; i < all && number < count; i++) {
    if (ids[i] != this_hart()->id) {
      numbered[i] = (struct numbered){function, number++};
      long error = harts_start(ids[i], run_numbered, &numbered[i]);
      if (error != SBI_SUCCESS) {
        print("hart %lu: SBI error %ld\n", ids[i], error);
        panic("a hart did not start");
      }
    }
  }
  function(0);
  for (unsigned i = 0; i < all; i++) {
    if (ids[i] != this_hart()->id) {
      harts_wait(ids[i]);
    }
  }
}

void harts_relax(unsigned *turns) {
  if (++*turns > 1000 && *turns % 16 == 0) {
    timer_sleep(BOARD_TICKS_PER_SECOND / 50000);
  }
}

void barrier_wait(struct barrier *barrier) {
  unsigned generation = atomic_load(&barrier->generation);
  if (atomic_fetch_add(&barrier->arrived, 1) + 1 == barrier->parties) {
    atomic_store(&barrier->arrived, 0);  // before the others may continue and arrive again
    atomic_fetch_add(&barrier->generation, 1);
    return;
  }
  unsigned turns = 0;
  while (atomic_load(&barrier->generation) == generation) {
    harts_relax(&turns);
  }
}
