// SPDX-License-Identifier: Apache-2.0
#pragma once

// Litmus tests on four harts. A round is one run of a few instructions on fresh memory locations,
// on several harts at once; afterwards the values that were read tell which order the memory had.

#include <stdint.h>

#define LITMUS_HARTS 4

struct verdict {
  uint64_t forbidden;  // outcomes that RVWMO does not allow
  uint64_t relaxed;    // outcomes that it allows only because the variant without fences has none
};

// The locks: `rounds` critical sections in all, forbidden are the ones that overlapped or were
// lost.
struct verdict spin_lrsc(uint64_t rounds);
struct verdict spin_amo(uint64_t rounds);

// One shape of the classic ones. Runs `rounds` rounds with fences and, where leaving them out makes
// sense, as many without.
struct shape;
extern const struct shape message_passing, store_buffering, load_buffering, coherence, iriw;
struct verdict shape_run(const struct shape *shape, uint64_t rounds);
