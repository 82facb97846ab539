// SPDX-License-Identifier: Apache-2.0
#pragma once

// Page tables for Sv39 and Sv48. Tables come from a fixed pool and are never freed.

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE 4096ul
#define PAGE_VALID (1ul << 0)
#define PAGE_READ (1ul << 1)
#define PAGE_WRITE (1ul << 2)
#define PAGE_EXECUTE (1ul << 3)
#define PAGE_USER (1ul << 4)
#define PAGE_GLOBAL (1ul << 5)
#define PAGE_ACCESSED (1ul << 6)
#define PAGE_DIRTY (1ul << 7)

// Readable, writable, already accessed and dirty: an access needs no update of the entry.
#define PAGE_DATA (PAGE_READ | PAGE_WRITE | PAGE_ACCESSED | PAGE_DIRTY)
#define PAGE_ALL (PAGE_DATA | PAGE_EXECUTE)

// The number of levels also names an address space: Sv39 has 3, Sv48 has 4.
enum pages_levels { SV39 = 3, SV48 = 4 };

struct pages {
  enum pages_levels levels;
  uint64_t *root;
};

struct pages pages_new(enum pages_levels levels);

// Maps `size` bytes with the largest pages that the alignment of both addresses allows. `flags`
// does not contain PAGE_VALID. All three are multiples of 4 KiB. No sfence.vma.
void pages_map(
    struct pages *pages, uint64_t virtual, uint64_t physical, uint64_t size, uint64_t flags);

// Maps in the same way, with 4 KiB pages only.
void pages_map_small(
    struct pages *pages, uint64_t virtual, uint64_t physical, uint64_t size, uint64_t flags);

// Maps in the same way, with pages of one level: 0 is 4 KiB, 1 is 2 MiB, 2 is 1 GiB. The addresses
// need not be aligned to that size, because tests make broken entries this way.
void pages_map_one(
    struct pages *pages, uint64_t virtual, uint64_t physical, unsigned level, uint64_t flags);

// Returns the entry that maps an address, or NULL.
uint64_t *pages_entry(struct pages *pages, uint64_t virtual);

// Clears the entries of a range, of any page size. No sfence.vma.
void pages_unmap(struct pages *pages, uint64_t virtual, uint64_t size);

// Maps RAM (1 GiB from BOARD_RAM) and the devices below it to themselves, for S-mode.
void pages_map_board(struct pages *pages);

// Turns paging on for this hart, with an sfence.vma. Returns false if the hart does not have the
// mode.
bool pages_enable(const struct pages *pages);
void pages_disable(void);

static inline void sfence_vma(void) { asm volatile("sfence.vma" : : : "memory"); }
static inline void sfence_vma_page(uint64_t virtual) {
  asm volatile("sfence.vma %0" : : "r"(virtual) : "memory");
}
