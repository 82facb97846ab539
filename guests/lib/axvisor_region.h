// SPDX-License-Identifier: Apache-2.0
#pragma once

// What both versions of AxVisor's region share: the headers' words, and how one loads and stores
// them. For axvisor.c and axvisor_v2.c only.

#include "axvisor.h"

#include <stdatomic.h>

// A ring's header. Offsets in bytes.
enum {
  AXVISOR_DIRECTION = 0,
  AXVISOR_CAPACITY = 4,
  AXVISOR_SIZE = 8,  // version 3: bytes of a cell; version 2: bytes of a slot's payload
  AXVISOR_HEAD = 12,
  AXVISOR_TAIL = 16,
  AXVISOR_RESERVED = 20,
};

static inline uint32_t axvisor_load(volatile uint8_t *memory, uint32_t offset) {
  return __atomic_load_n((volatile uint32_t *)(memory + offset), __ATOMIC_ACQUIRE);
}

static inline void axvisor_store(volatile uint8_t *memory, uint32_t offset, uint32_t value) {
  __atomic_store_n((volatile uint32_t *)(memory + offset), value, __ATOMIC_RELEASE);
}

// Writes all headers of a region: clears the magic first and sets it last. `size` is the word at
// AXVISOR_SIZE.
void axvisor_lay_out(
    volatile uint8_t *memory, uint32_t version, const struct axvisor_layout *layout, uint32_t size);

// Whether the magic is there: the publisher is done.
bool axvisor_is_published(volatile uint8_t *memory);

// Whether every field of the headers but the magic is what version, layout and `size` say, in
// `memory_size` bytes. For a caller that has seen the magic.
bool axvisor_is_region(
    volatile uint8_t *memory, uint64_t memory_size, uint32_t version,
    const struct axvisor_layout *layout, uint32_t size);

// Whether the region was laid out anew since this side has joined it: the index that this side has
// stored at `offset` of the ring is gone, or the rings are elsewhere. A side that has stored no index
// can't tell, and it has missed nothing.
bool axvisor_is_another(const struct axvisor_ring *ring, uint32_t offset);

// Whether the headers are just being written, or are those of another version. What looks like a
// breach of the protocol is none then.
bool axvisor_is_being_laid_out(const struct axvisor_ring *ring);

// Moves this side's index at `offset` of the ring on by one, with release. Returns false, and stores
// nothing, if a peer that lays the region out anew has just set it to 0.
//
// The release is a fence of its own: GCC 12 leaves it out of a compare-and-exchange whose failure
// order is weaker. `tombolo explore examples/axvisor.toml` found messages that came after their
// index.
static inline bool axvisor_advance(struct axvisor_ring *ring, uint32_t offset) {
  uint32_t expected = ring->index;
  atomic_thread_fence(memory_order_release);
  bool moved = __atomic_compare_exchange_n(
      (volatile uint32_t *)(ring->memory + offset), &expected, ring->index + 1, false,
      __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  if (moved) {
    ring->index++;
  }
  return moved;
}

// This side's next cell or slot. The index is this side's own copy, so a peer that writes it back
// in the ring moves nothing.
static inline volatile uint8_t *axvisor_next(const struct axvisor_ring *ring) {
  const struct axvisor_layout *layout = ring->layout;
  return ring->memory + layout->cells_at + ring->index % layout->capacity * layout->cell_size;
}
