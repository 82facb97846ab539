// SPDX-License-Identifier: Apache-2.0
#pragma once

// Litmus tests on four harts. A round runs a few instructions on fresh memory locations, on several
// harts at once. The values read show afterwards which order the memory had.

#include <stdint.h>

#define LITMUS_HARTS 4

struct verdict {
  uint64_t forbidden;  // outcomes that RVWMO does not allow
  uint64_t relaxed;    // outcomes allowed only because the variant has no fences
};

// Runs the locks test: `rounds` critical sections in all. Sections that overlapped or were lost
// count as forbidden.
struct verdict spin_lrsc(uint64_t rounds);
struct verdict spin_amo(uint64_t rounds);

// Runs one of the classic shapes: `rounds` rounds with fences and, if leaving them out makes sense,
// as many without.
struct shape;
extern const struct shape message_passing, store_buffering, load_buffering, coherence, iriw;
struct verdict shape_run(const struct shape *shape, uint64_t rounds);
