// SPDX-License-Identifier: Apache-2.0

// Instructions on cache blocks: Zicbom, Zicbop and Zicboz, as words, because compilers of -march=rv64gc
// do not know them. The block of cbo.zero is a page, as the device tree says.
#include "selftest.h"

#include "csr.h"
#include "pages.h"
#include "traps.h"
#include "user.h"

#define ZERO_BLOCK 4096
#define WINDOW 0x1000000000ul
#define SENVCFG_CBIE (3ul << 4)
#define SENVCFG_CBCFE (1ul << 6)
#define SENVCFG_CBZE (1ul << 7)

#define CBO(operation, address) \
  asm volatile(".insn i 0x0f, 2, x0, %0, " #operation : : "r"(address) : "memory")
static _Alignas(ZERO_BLOCK) uint8_t area[3 * ZERO_BLOCK];
static struct pages pages;

static void fill(void) {
  for (unsigned i = 0; i < sizeof area; i++) {
    area[i] = (uint8_t)(i | 1);
  }
}

static bool is_filled(unsigned from, unsigned to) {
  bool filled = true;
  for (unsigned i = from; i < to; i++) {
    filled &= *(volatile uint8_t *)&area[i] == (uint8_t)(i | 1);
  }
  return filled;
}

static bool is_zero(unsigned from, unsigned to) {
  bool zero = true;
  for (unsigned i = from; i < to; i++) {
    zero &= *(volatile uint8_t *)&area[i] == 0;
  }
  return zero;
}

static void check_zero(void) {
  fill();
  CBO(4, &area[ZERO_BLOCK + 77]);
  check("cbo-zero", is_filled(0, ZERO_BLOCK) && is_zero(ZERO_BLOCK, 2 * ZERO_BLOCK) &&
                        is_filled(2 * ZERO_BLOCK, 3 * ZERO_BLOCK));
  check_trap("cbo-zero-nowhere", PROBE(CBO(4, NOWHERE + 8)), STORE_ACCESS, NOWHERE + 8);
}

static void check_management(void) {
  fill();
  struct probe seen = PROBE({
    CBO(0, &area[1]);
    CBO(1, &area[1]);
    CBO(2, &area[1]);
    asm volatile("ori x0, %0, 0\n ori x0, %0, 1\n ori x0, %0, 3" : : "r"(area));  // prefetch.i, .r, .w
    asm volatile("ori x0, %0, 1" : : "r"(NOWHERE));
  });
  check_no_trap("cbo-management", seen);
  check("cbo-management-keeps-memory", is_filled(0, sizeof area));
  check_trap("cbo-clean-nowhere", PROBE(CBO(1, NOWHERE)), STORE_ACCESS, NOWHERE);
  seen = PROBE(CBO(3, area));
  check("cbo-reserved", seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION);
}

static void check_pages(void) {
  uint64_t at = WINDOW + 8;
  pages = pages_new(SV39);
  pages_map_board(&pages);
  if (!pages_enable(&pages)) {
    return;
  }
  check_trap("cbo-zero-unmapped", PROBE(CBO(4, at)), STORE_PAGE_FAULT, at);
  check_trap("cbo-flush-unmapped", PROBE(CBO(2, at)), STORE_PAGE_FAULT, at);
  pages_map_one(&pages, WINDOW, (uint64_t)area, 0, PAGE_READ | PAGE_ACCESSED);
  sfence_vma();
  check_trap("cbo-zero-read-only", PROBE(CBO(4, at)), STORE_PAGE_FAULT, at);
  check_no_trap("cbo-flush-read-only", PROBE(CBO(2, at)));
  pages_disable();
}

static long user_zero(long address, long unused) {
  (void)unused;
  CBO(4, address);
  return 0;
}

static long user_flush(long address, long unused) {
  (void)unused;
  CBO(2, address);
  return 0;
}

static long user_invalidate(long address, long unused) {
  (void)unused;
  CBO(0, address);
  return 0;
}

// Returns whether user mode may execute zero, flush and invalidate, as bits, with that senvcfg.
static unsigned allowed(uint64_t environment) {
  csr_write(senvcfg, environment);
  unsigned zero = PROBE(user_call(user_zero, (long)area, 0)).count == 0;
  unsigned flush = PROBE(user_call(user_flush, (long)area, 0)).count == 0;
  unsigned invalidate = PROBE(user_call(user_invalidate, (long)area, 0)).count == 0;
  csr_write(senvcfg, 0);
  return zero | flush << 1 | invalidate << 2;
}

static void check_user(void) {
  struct probe seen = PROBE(user_call(user_zero, (long)area, 0));
  check("user-cbo-zero", seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION && seen.user);
  check("user-cbo-allowed", allowed(0) == 0 && allowed(SENVCFG_CBZE) == 1 &&
                                allowed(SENVCFG_CBCFE) == 2 && allowed(1ul << 4) == 4 &&
                                allowed(SENVCFG_CBIE) == 4);
}

void check_cache_blocks(void) {
  if (qemu_differs("cbo", "it has none")) {
    return;
  }
  check_zero();
  check_management();
  check_pages();
  check_user();
}
