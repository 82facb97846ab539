// SPDX-License-Identifier: Apache-2.0

// Touches one word in each of many 4 KiB pages under Sv39 (pages=8192, up to 32768), round after
// round (rounds=100). These are far more pages than a TLB holds, so nearly every load walks the
// page table. All pages map the same few physical ones, so the cost is the walk's and not the
// cache's.

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "finish.h"
#include "pages.h"

#define WINDOW 0x1000000000ul
#define PHYSICAL_PAGES 16

static _Alignas(PAGE_SIZE) uint64_t physical[PHYSICAL_PAGES][PAGE_SIZE / 8];

int main(void) {
  uint64_t count = command_line_number("pages", 8192);
  uint64_t rounds = command_line_number("rounds", 100);
  struct pages pages = pages_new(SV39);
  pages_map_board(&pages);
  for (uint64_t i = 0; i < count; i++) {
    pages_map_small(&pages, WINDOW + i * PAGE_SIZE, (uint64_t)physical[i % PHYSICAL_PAGES],
                    PAGE_SIZE, PAGE_DATA);
  }
  for (uint64_t i = 0; i < PHYSICAL_PAGES; i++) {
    physical[i][0] = i;
  }
  if (!pages_enable(&pages)) {
    panic("no Sv39");
  }
  uint64_t sum = 0;
  uint64_t begin = read_time();
  for (uint64_t round = 0; round < rounds; round++) {
    for (uint64_t i = 0; i < count; i++) {
      sum += *(volatile uint64_t *)(WINDOW + i * PAGE_SIZE);
    }
  }
  uint64_t nanoseconds = (read_time() - begin) * 100;
  uint64_t loads = rounds * count;
  print("tlb-miss: %lu loads over %lu pages, %lu ns each, sum %lu\n", loads, count,
        loads == 0 ? 0 : nanoseconds / loads, sum);
  return 0;
}
