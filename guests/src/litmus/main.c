// SPDX-License-Identifier: Apache-2.0

// Runs the litmus tests. Command line: rounds=1000000, test=NAME or all, outcomes. `outcomes`
// prints how often each outcome came; a test in which the harts never met proves nothing. Exits 1
// after a forbidden outcome.

#include "litmus.h"

#include "command_line.h"
#include "console.h"
#include "harts.h"
#include "text.h"

static const struct test {
  const char *name;
  struct verdict (*locks)(uint64_t rounds);
  const struct shape *shape;
} tests[] = {
    {"spin-lrsc", spin_lrsc, 0},
    {"spin-amo", spin_amo, 0},
    {"message-passing", 0, &message_passing},
    {"store-buffering", 0, &store_buffering},
    {"load-buffering", 0, &load_buffering},
    {"coherence", 0, &coherence},
    {"iriw-fenced", 0, &iriw},
};

int main(void) {
  char wanted[32] = "all";
  command_line_text("test", wanted, sizeof wanted);
  uint64_t rounds = command_line_number("rounds", 100000);
  if (harts_count() < LITMUS_HARTS) {
    print("litmus: needs %d harts, here are %u\n", LITMUS_HARTS, harts_count());
    return 2;
  }
  uint64_t forbidden = 0;
  unsigned done = 0;
  for (unsigned i = 0; i < sizeof tests / sizeof tests[0]; i++) {
    const struct test *test = &tests[i];
    if (strcmp(wanted, "all") != 0 && strcmp(wanted, test->name) != 0) {
      continue;
    }
    struct verdict verdict =
        test->shape != 0 ? shape_run(test->shape, rounds) : test->locks(rounds);
    print("litmus %s: %lu rounds, %lu forbidden, %lu relaxed-but-allowed\n", test->name, rounds,
          verdict.forbidden, verdict.relaxed);
    forbidden += verdict.forbidden;
    done++;
  }
  if (done == 0) {
    print("litmus: no test is called %s\n", wanted);
    return 2;
  }
  return forbidden == 0 ? 0 : 1;
}
