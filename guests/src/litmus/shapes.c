// SPDX-License-Identifier: Apache-2.0

// The shapes. Names and conditions are those of the RISC-V unprivileged specification's appendix on
// RVWMO and of the literature: MP, SB, LB, CoRR with two writers, IRIW.

#include "shape.h"

// A hart's part: `statements` for each round i. FENCE does nothing if `with_fences` is false.
#define PART(name, with_fences, ...)                                               \
  static void name(struct cells *c, unsigned from, unsigned to, uint32_t value) { \
    const bool fenced = with_fences;                                              \
    for (unsigned i = from; i < to; i++) __VA_ARGS__                              \
    (void)fenced;                                                                 \
    (void)value;                                                                  \
  }

// Both variants, with fences and without. Without them, the compiler keeps its order, but the hart
// does not.
#define PARTS(name, ...)                  \
  PART(name##_fenced, true, __VA_ARGS__) \
  PART(name##_plain, false, __VA_ARGS__)

#define FENCE(from, to)                                    \
  if (fenced) {                                            \
    asm volatile("fence " #from ", " #to : : : "memory"); \
  }

// Message passing: a hart that sees the flag sees the message.
PARTS(mp_send, {
  c->x[i] = value;
  FENCE(w, w)
  c->y[i] = value;
})
PARTS(mp_receive, {
  c->first[1][i] = c->y[i];
  FENCE(r, r)
  c->second[1][i] = c->x[i];
})
static unsigned mp_outcome(const struct cells *c, unsigned i, uint32_t value) {
  return (unsigned)fresh(c->first[1][i], value) << 1 | fresh(c->second[1][i], value);
}
const struct shape message_passing = {
    .name = "message-passing",
    .harts = 2,
    .fenced = {mp_send_fenced, mp_receive_fenced},
    .plain = {mp_send_plain, mp_receive_plain},
    .outcome = mp_outcome,
    .weak = 2,  // the flag is fresh, the message stale
};

// Store buffering: two harts each store and then look at the other's word. At least one of them
// sees a store.
PARTS(sb_left, {
  c->x[i] = value;
  FENCE(rw, rw)
  c->first[0][i] = c->y[i];
})
PARTS(sb_right, {
  c->y[i] = value;
  FENCE(rw, rw)
  c->first[1][i] = c->x[i];
})
static unsigned pair_outcome(const struct cells *c, unsigned i, uint32_t value) {
  return (unsigned)fresh(c->first[0][i], value) << 1 | fresh(c->first[1][i], value);
}
const struct shape store_buffering = {
    .name = "store-buffering",
    .harts = 2,
    .fenced = {sb_left_fenced, sb_right_fenced},
    .plain = {sb_left_plain, sb_right_plain},
    .outcome = pair_outcome,
    .weak = 0,  // both stale
};

// Load buffering: a load does not see a store that waits for it.
PARTS(lb_left, {
  c->first[0][i] = c->y[i];
  FENCE(rw, rw)
  c->x[i] = value;
})
PARTS(lb_right, {
  c->first[1][i] = c->x[i];
  FENCE(rw, rw)
  c->y[i] = value;
})
const struct shape load_buffering = {
    .name = "load-buffering",
    .harts = 2,
    .fenced = {lb_left_fenced, lb_right_fenced},
    .plain = {lb_left_plain, lb_right_plain},
    .outcome = pair_outcome,
    .weak = 3,  // both fresh
};

// Coherence: two harts write one word, and two read it twice. No reader goes back to a stale value,
// and the readers agree which store came last. Needs no fence.
PART(co_write_even, false, { c->x[i] = value; })
PART(co_write_odd, false, { c->x[i] = value | 1; })
// Does all first reads of a chunk, and then all second ones, to leave time for a store in between.
static void co_read(struct cells *c, unsigned reader, unsigned from, unsigned to) {
  for (unsigned i = from; i < to; i++) {
    c->first[reader][i] = c->x[i];
  }
  for (unsigned i = from; i < to; i++) {
    c->second[reader][i] = c->x[i];
  }
}
static void co_read_2(struct cells *c, unsigned from, unsigned to, uint32_t value) {
  (void)value;
  co_read(c, 2, from, to);
}
static void co_read_3(struct cells *c, unsigned from, unsigned to, uint32_t value) {
  (void)value;
  co_read(c, 3, from, to);
}
static unsigned co_outcome(const struct cells *c, unsigned i, uint32_t value) {
  enum { FORBIDDEN = 3 };  // else: readers that saw both stores, one after the other
  unsigned orders = 0;  // bit 0: some reader saw even then odd; bit 1: odd then even
  unsigned saw_both = 0;
  for (unsigned reader = 2; reader < 4; reader++) {
    uint32_t first = c->first[reader][i];
    uint32_t second = c->second[reader][i];
    if (fresh(first, value) && !fresh(second, value)) {
      return FORBIDDEN;
    }
    if (fresh(first, value) && first != second) {
      orders |= 1u << (first & 1);
      saw_both++;
    }
  }
  return orders == 3 ? FORBIDDEN : saw_both;
}
const struct shape coherence = {
    .name = "coherence",
    .harts = 4,
    .fenced = {co_write_even, co_write_odd, co_read_2, co_read_3},
    .outcome = co_outcome,
    .weak = 3,
};

// Independent reads of independent writes: two readers agree which of two stores to two words came
// first.
PART(iriw_write_x, false, { c->x[i] = value; })
PART(iriw_write_y, false, { c->y[i] = value; })
PARTS(iriw_read_xy, {
  c->first[2][i] = c->x[i];
  FENCE(rw, rw)
  c->second[2][i] = c->y[i];
})
PARTS(iriw_read_yx, {
  c->first[3][i] = c->y[i];
  FENCE(rw, rw)
  c->second[3][i] = c->x[i];
})
static unsigned iriw_outcome(const struct cells *c, unsigned i, uint32_t value) {
  unsigned outcome = 0;
  for (unsigned reader = 2; reader < 4; reader++) {
    outcome = outcome << 1 | fresh(c->first[reader][i], value);
    outcome = outcome << 1 | fresh(c->second[reader][i], value);
  }
  return outcome;
}
const struct shape iriw = {
    .name = "iriw-fenced",
    .harts = 4,
    .fenced = {iriw_write_x, iriw_write_y, iriw_read_xy_fenced, iriw_read_yx_fenced},
    .plain = {iriw_write_x, iriw_write_y, iriw_read_xy_plain, iriw_read_yx_plain},
    .outcome = iriw_outcome,
    .weak = 10,  // one saw x without y, the other y without x
};
