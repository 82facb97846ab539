// SPDX-License-Identifier: Apache-2.0

// Spin locks. Inside the lock are plain, not atomic, increments of two counters in cache lines of
// their own. If two harts were ever inside at once, or one did not see what the other wrote there,
// the counters differ or an increment is lost.

#include "litmus.h"

#include "harts.h"

#include <stdbool.h>

static struct {
  _Alignas(64) volatile uint32_t lock;
  _Alignas(64) volatile uint64_t count;
  _Alignas(64) volatile uint64_t twin;
} shared;

static atomic_ulong overlaps;
static uint64_t rounds_of_all;
static bool (*try_lock)(void);
static void (*unlock)(void);

static bool try_lock_lrsc(void) {
  uint32_t held;
  uint32_t failed;
  asm volatile(
      "1: lr.w.aq %0, (%2)\n"
      "   bnez %0, 2f\n"
      "   sc.w %1, %3, (%2)\n"
      "   bnez %1, 1b\n"
      "2:"
      : "=&r"(held), "=&r"(failed)
      : "r"(&shared.lock), "r"(1)
      : "memory");
  return held == 0;
}

static void unlock_store(void) {
  asm volatile("fence rw, w; sw zero, (%0)" : : "r"(&shared.lock) : "memory");
}

static bool try_lock_amo(void) {
  uint32_t held;
  asm volatile("amoswap.w.aq %0, %2, (%1)" : "=r"(held) : "r"(&shared.lock), "r"(1) : "memory");
  return held == 0;
}

static void unlock_amo(void) {
  asm volatile("amoswap.w.rl zero, zero, (%0)" : : "r"(&shared.lock) : "memory");
}

static void contend(unsigned number) {
  uint64_t mine = rounds_of_all / LITMUS_HARTS + (number < rounds_of_all % LITMUS_HARTS);
  for (uint64_t i = 0; i < mine; i++) {
    unsigned turns = 0;
    while (!try_lock()) {
      harts_relax(&turns);
    }
    uint64_t count = shared.count;
    if (shared.twin != count) {
      atomic_fetch_add(&overlaps, 1);
    }
    shared.count = count + 1;
    shared.twin = count + 1;
    unlock();
  }
}

static struct verdict run(uint64_t rounds) {
  shared.lock = 0;
  shared.count = shared.twin = 0;
  atomic_store(&overlaps, 0);
  rounds_of_all = rounds;
  harts_run(LITMUS_HARTS, contend);
  return (struct verdict){.forbidden = rounds - shared.count + atomic_load(&overlaps)};
}

struct verdict spin_lrsc(uint64_t rounds) {
  try_lock = try_lock_lrsc;
  unlock = unlock_store;
  return run(rounds);
}

struct verdict spin_amo(uint64_t rounds) {
  try_lock = try_lock_amo;
  unlock = unlock_amo;
  return run(rounds);
}
