// SPDX-License-Identifier: Apache-2.0

// Runs a shape in batches, with one barrier for thousands of rounds, since a barrier costs more
// than a round. Inside a batch the harts wait for each other every few rounds, because harts that
// do not run at the same time show nothing. They do not wait long: if harts outnumber the host's
// free CPUs, the hart that is waited for may not be running at all.

#include "shape.h"

#include "command_line.h"
#include "console.h"
#include "harts.h"

#define CHUNK 8
#define PATIENCE 20000  // looks at the others' progress in a batch, some milliseconds

static struct cells cells[2];
static struct {
  _Alignas(64) volatile uint32_t chunk;
} progress[LITMUS_HARTS];

static struct barrier all = {.parties = LITMUS_HARTS};
static uint32_t value_before;  // the last value that an earlier run wrote
static const struct shape *shape;
static role *const *roles;
static uint64_t rounds_of_all;
static uint64_t outcomes[2][SHAPE_OUTCOMES];

static uint64_t batches(void) { return (rounds_of_all + BATCH - 1) / BATCH; }

// Waits for the other harts of the shape to reach this chunk, too, while `patience` lasts.
static void keep_in_step(unsigned number, uint32_t chunk, unsigned *patience) {
  progress[number].chunk = chunk;
  unsigned first = number / shape->harts * shape->harts;
  for (unsigned other = first; other < first + shape->harts; other++) {
    while ((int32_t)(progress[other].chunk - chunk) < 0 && *patience > 0) {
      --*patience;
    }
  }
}

// If a shape needs two harts, the two pairs take turns. On a host with few CPUs, each pair then has
// two to itself. Harts that never run at the same time never meet.
static void run_role(unsigned number) {
  unsigned groups = LITMUS_HARTS / shape->harts;
  unsigned group = number / shape->harts;
  unsigned part = number % shape->harts;
  struct cells *mine = &cells[group];
  uint32_t chunk = 0;
  for (uint64_t batch = 0; batch < batches(); batch++) {
    uint64_t left = rounds_of_all - batch * BATCH;
    unsigned rounds = left < BATCH ? (unsigned)left : BATCH;
    uint32_t value = value_before + 2 * (uint32_t)(batch + 1);
    unsigned patience = PATIENCE;
    bool my_turn = batch % groups == group;
    barrier_wait(&all);
    for (unsigned from = 0; my_turn && from < rounds; from += CHUNK) {
      keep_in_step(number, ++chunk, &patience);
      roles[part](mine, from, from + CHUNK < rounds ? from + CHUNK : rounds, value);
    }
    barrier_wait(&all);
    for (unsigned i = 0; my_turn && part == 0 && i < rounds; i++) {
      outcomes[group][shape->outcome(mine, i, value)]++;
    }
  }
}

// Returns how often the weak outcome came.
static uint64_t run(role *const *with, const char *variant, uint64_t rounds) {
  roles = with;
  rounds_of_all = rounds;
  for (unsigned i = 0; i < SHAPE_OUTCOMES; i++) {
    outcomes[0][i] = outcomes[1][i] = 0;
  }
  for (unsigned i = 0; i < LITMUS_HARTS; i++) {
    progress[i].chunk = 0;
  }
  harts_run(LITMUS_HARTS, run_role);
  value_before += 2 * (uint32_t)batches();
  char ignored[2];
  if (command_line_text("outcomes", ignored, sizeof ignored)) {
    for (unsigned i = 0; i < SHAPE_OUTCOMES; i++) {
      if (outcomes[0][i] + outcomes[1][i] != 0) {
        print("  %s, %s: outcome %u came %lu times%s\n", shape->name, variant, i,
              outcomes[0][i] + outcomes[1][i], i == shape->weak ? " (weak)" : "");
      }
    }
  }
  return outcomes[0][shape->weak] + outcomes[1][shape->weak];
}

struct verdict shape_run(const struct shape *which, uint64_t rounds) {
  shape = which;
  struct verdict verdict = {.forbidden = run(which->fenced, "fenced", rounds)};
  if (which->plain[0] != 0) {
    verdict.relaxed = run(which->plain, "plain", rounds);
  }
  return verdict;
}
