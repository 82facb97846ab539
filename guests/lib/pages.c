// SPDX-License-Identifier: Apache-2.0
#include "pages.h"

#include "board.h"
#include "csr.h"
#include "finish.h"

#include <stddef.h>

#define ENTRIES 512
#define LEAF (PAGE_READ | PAGE_WRITE | PAGE_EXECUTE)

static _Alignas(PAGE_SIZE) uint64_t pool[96][ENTRIES];
static unsigned used;

static uint64_t *new_table(void) {
  if (used == sizeof pool / sizeof pool[0]) {
    panic("no page tables left");
  }
  return pool[used++];
}

static uint64_t size_of(unsigned level) { return PAGE_SIZE << 9 * level; }

static uint64_t *slot(uint64_t *table, uint64_t virtual, unsigned level) {
  return &table[virtual >> (12 + 9 * level) & (ENTRIES - 1)];
}

static uint64_t *next_table(uint64_t entry) { return (uint64_t *)(entry >> 10 << 12); }

struct pages pages_new(enum pages_levels levels) { return (struct pages){levels, new_table()}; }

void pages_map_one(
    struct pages *pages, uint64_t virtual, uint64_t physical, unsigned level, uint64_t flags) {
  uint64_t *table = pages->root;
  for (unsigned at = pages->levels - 1; at > level; at--) {
    uint64_t *entry = slot(table, virtual, at);
    if ((*entry & PAGE_VALID) == 0) {
      *entry = (uint64_t)new_table() >> 12 << 10 | PAGE_VALID;
    } else if ((*entry & LEAF) != 0) {
      panic("a page is in the way of a page table");
    }
    table = next_table(*entry);
  }
  *slot(table, virtual, level) = physical >> 12 << 10 | flags | PAGE_VALID;
}

static void map(
    struct pages *pages, uint64_t virtual, uint64_t physical, uint64_t size, uint64_t flags,
    unsigned largest) {
  for (uint64_t done = 0; done < size;) {
    unsigned level = largest;
    while ((virtual + done) % size_of(level) != 0 || (physical + done) % size_of(level) != 0 ||
           size - done < size_of(level)) {
      level--;
    }
    pages_map_one(pages, virtual + done, physical + done, level, flags);
    done += size_of(level);
  }
}

void pages_map(
    struct pages *pages, uint64_t virtual, uint64_t physical, uint64_t size, uint64_t flags) {
  map(pages, virtual, physical, size, flags, 2);
}

void pages_map_small(
    struct pages *pages, uint64_t virtual, uint64_t physical, uint64_t size, uint64_t flags) {
  map(pages, virtual, physical, size, flags, 0);
}

// Returns the entry for an address at the lowest level that has one, and sets `level` to that
// level.
static uint64_t *lookup(struct pages *pages, uint64_t virtual, unsigned *level) {
  uint64_t *table = pages->root;
  for (*level = pages->levels - 1;; --*level) {
    uint64_t *entry = slot(table, virtual, *level);
    if (*level == 0 || (*entry & PAGE_VALID) == 0 || (*entry & LEAF) != 0) {
      return entry;
    }
    table = next_table(*entry);
  }
}

uint64_t *pages_entry(struct pages *pages, uint64_t virtual) {
  unsigned level;
  uint64_t *entry = lookup(pages, virtual, &level);
  return (*entry & PAGE_VALID) != 0 ? entry : NULL;
}

void pages_unmap(struct pages *pages, uint64_t virtual, uint64_t size) {
  for (uint64_t at = virtual; at < virtual + size;) {
    unsigned level;
    *lookup(pages, at, &level) = 0;
    at = (at / size_of(level) + 1) * size_of(level);
  }
}

void pages_map_board(struct pages *pages) {
  pages_map(pages, 0, 0, 0x40000000, PAGE_DATA);
  pages_map(pages, BOARD_RAM, BOARD_RAM, 0x40000000, PAGE_ALL);
}

bool pages_enable(const struct pages *pages) {
  uint64_t satp = (uint64_t)(pages->levels == SV39 ? 8 : 9) << 60 | (uint64_t)pages->root >> 12;
  sfence_vma();
  csr_write(satp, satp);
  sfence_vma();
  return csr_read(satp) == satp;
}

void pages_disable(void) {
  csr_write(satp, 0);
  sfence_vma();
}
