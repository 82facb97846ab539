// SPDX-License-Identifier: Apache-2.0
#pragma once

// The parts of a shape, and the batch in which it runs.

#include "litmus.h"

#include <stdbool.h>
#include <stdint.h>

#define BATCH 4096

// The locations x and y of BATCH rounds, and the values that the harts of one group read there, by
// role. Each batch writes values of its own, so nothing is cleared between batches. A read is fresh
// if it has this batch's value, ignoring bit 0, by which two writers of one location differ.
// Otherwise it is stale.
struct cells {
  _Alignas(64) volatile uint32_t x[BATCH];
  _Alignas(64) volatile uint32_t y[BATCH];
  _Alignas(64) uint32_t first[LITMUS_HARTS][BATCH];
  _Alignas(64) uint32_t second[LITMUS_HARTS][BATCH];
};

// One hart's part in the rounds `from` to `to` - 1.
typedef void role(struct cells *cells, unsigned from, unsigned to, uint32_t value);

#define SHAPE_OUTCOMES 16

struct shape {
  const char *name;
  unsigned harts;             // 2: two groups take turns; 4: one
  role *fenced[LITMUS_HARTS];
  role *plain[LITMUS_HARTS];  // absent if fences make no difference
  unsigned (*outcome)(const struct cells *cells, unsigned round, uint32_t value);
  unsigned weak;              // the outcome that fences forbid
};

static inline bool fresh(uint32_t read, uint32_t value) { return (read & ~1u) == value; }
