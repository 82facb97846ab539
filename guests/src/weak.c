// SPDX-License-Identifier: Apache-2.0

// Runs one litmus test round by round, with a barrier before and after each, and prints how often
// the weak outcome came. For simulations under a memory model; where harts run in parallel, use
// `litmus`. Command line: test=NAME rounds=1000 fenced stop. `fenced` executes the test's fences,
// `stop` ends at the first weak outcome.
//
// Names, fences and outcomes are those of the literature (Alglave, Maranget and Tautschnig, "Herding
// Cats", 2014) and of the RISC-V unprivileged specification's appendix on RVWMO.

#include "command_line.h"
#include "console.h"
#include "harts.h"
#include "text.h"

#define HARTS 4

static struct {
  _Alignas(64) volatile uint32_t x;
  _Alignas(64) volatile uint32_t y;
} m;

// What each hart has loaded in this round.
static struct {
  _Alignas(64) volatile uint32_t first;
  volatile uint32_t second;
} r[HARTS];

static bool fenced;

#define FENCE(before, after)                                     \
  do {                                                           \
    if (fenced) {                                                \
      asm volatile("fence " #before ", " #after : : : "memory"); \
    }                                                            \
  } while (0)

static void write_x(void) { m.x = 1; }
static void write_y(void) { m.y = 1; }

static void write_x_read_y(void) {
  m.x = 1;
  FENCE(w, r);
  r[0].first = m.y;
}
static void write_y_read_x(void) {
  m.y = 1;
  FENCE(w, r);
  r[1].first = m.x;
}
static bool sb(void) { return r[0].first == 0 && r[1].first == 0; }

static void write_x_write_y(void) {
  m.x = 1;
  FENCE(w, w);
  m.y = 1;
}
static void read_y_read_x(void) {
  uint32_t y = m.y;
  FENCE(r, r);
  r[1].second = m.x;
  r[1].first = y;
}
static bool mp(void) { return r[1].first == 1 && r[1].second == 0; }

// The writer always has its fence. The reader has an address dependency instead, or only a branch.
static void write_x_then_y(void) {
  m.x = 1;
  asm volatile("fence w, w" : : : "memory");
  m.y = 1;
}
static void read_y_then_x_at_y(void) {
  uint32_t y;
  uint32_t x;
  uint64_t address;
  asm volatile("lw %0, (%3); xor %2, %0, %0; add %2, %2, %4; lw %1, (%2)"
               : "=&r"(y), "=&r"(x), "=&r"(address)
               : "r"(&m.y), "r"(&m.x)
               : "memory");
  r[1].first = y;
  r[1].second = x;
}
// As above, but the address passes through a word of the hart's own stack.
static void read_y_then_x_by_stack(void) {
  uint32_t y;
  uint32_t x;
  uint64_t address;
  volatile uint64_t slot;
  asm volatile(
      "lw %0, (%3); xor %2, %0, %0; add %2, %2, %4; sd %2, (%5); ld %2, (%5); lw %1, (%2)"
      : "=&r"(y), "=&r"(x), "=&r"(address)
      : "r"(&m.y), "r"(&m.x), "r"(&slot)
      : "memory");
  r[1].first = y;
  r[1].second = x;
}
static void read_y_then_branch(void) {
  uint32_t y;
  uint32_t x = 1;
  asm volatile("lw %0, (%2); beqz %0, 1f; lw %1, (%3); 1:"
               : "=&r"(y), "+&r"(x)
               : "r"(&m.y), "r"(&m.x)
               : "memory");
  r[1].first = y;
  r[1].second = x;
}

static void write_x2_write_y(void) {
  m.x = 2;
  FENCE(w, w);
  m.y = 1;
}
static void read_y_write_x(void) {
  uint32_t y = m.y;
  FENCE(r, w);
  m.x = 1;
  r[1].first = y;
}
static bool s(void) { return r[1].first == 1 && m.x == 2; }

static void write_y2_read_x(void) {
  m.y = 2;
  FENCE(w, r);
  r[1].first = m.x;
}
static bool rr(void) { return m.y == 2 && r[1].first == 0; }

static void write_x_write_y2(void) {
  m.x = 1;
  FENCE(w, w);
  m.y = 2;
}
static void write_y_write_x2(void) {
  m.y = 1;
  FENCE(w, w);
  m.x = 2;
}
static bool two_plus_two(void) { return m.x == 1 && m.y == 1; }

static void read_x_write_y(void) {
  uint32_t x = m.x;
  FENCE(r, w);
  m.y = 1;
  r[0].first = x;
}
static void read_y_then_x(void) {
  uint32_t y = m.y;
  FENCE(r, r);
  r[2].second = m.x;
  r[2].first = y;
}
static bool wrc(void) { return r[0].first == 1 && r[2].first == 1 && r[2].second == 0; }

static bool lb(void) { return r[0].first == 1 && r[1].first == 1; }

static void read_x_read_y(void) {
  uint32_t x = m.x;
  FENCE(r, r);
  r[3].second = m.y;
  r[3].first = x;
}
static bool iriw(void) {
  return r[2].first == 1 && r[2].second == 0 && r[3].first == 1 && r[3].second == 0;
}

static void read_x_twice(void) {
  uint32_t first = m.x;
  r[1].second = m.x;
  r[1].first = first;
}
static bool corr(void) { return r[1].first == 1 && r[1].second == 0; }

static const struct test {
  const char *name;
  void (*roles[HARTS])(void);
  bool (*weak)(void);
} tests[] = {
    {"sb", {write_x_read_y, write_y_read_x}, sb},
    {"mp", {write_x_write_y, read_y_read_x}, mp},
    {"mp-address", {write_x_then_y, read_y_then_x_at_y}, mp},
    {"mp-stack", {write_x_then_y, read_y_then_x_by_stack}, mp},
    {"mp-branch", {write_x_then_y, read_y_then_branch}, mp},
    {"s", {write_x2_write_y, read_y_write_x}, s},
    {"r", {write_x_write_y, write_y2_read_x}, rr},
    {"2+2w", {write_x_write_y2, write_y_write_x2}, two_plus_two},
    {"wrc", {read_x_write_y, write_x, read_y_then_x}, wrc},
    {"iriw", {write_x, write_y, read_y_then_x, read_x_read_y}, iriw},
    {"lb", {read_x_write_y, read_y_write_x}, lb},
    {"corr", {write_x, read_x_twice}, corr},
};

static struct barrier all = {.parties = HARTS};
static const struct test *test;
static uint64_t rounds;
static uint64_t rounds_done;
static uint64_t weak;
static bool stop;
static atomic_bool over;

static void play(unsigned number) {
  for (uint64_t i = 0; i < rounds; i++) {
    barrier_wait(&all);
    if (atomic_load(&over)) {
      return;
    }
    if (test->roles[number] != 0) {
      test->roles[number]();
    }
    barrier_wait(&all);
    if (number == 0) {
      rounds_done++;
      if (test->weak()) {
        weak++;
        atomic_store(&over, stop);
      }
      m.x = m.y = 0;
    }
  }
}

int main(void) {
  char wanted[32] = "";
  char ignored[2];
  command_line_text("test", wanted, sizeof wanted);
  rounds = command_line_number("rounds", 1000);
  fenced = command_line_text("fenced", ignored, sizeof ignored);
  stop = command_line_text("stop", ignored, sizeof ignored);
  if (harts_count() < HARTS) {
    print("weak: needs %d harts, here are %u\n", HARTS, harts_count());
    return 2;
  }
  for (unsigned i = 0; i < sizeof tests / sizeof tests[0]; i++) {
    if (strcmp(wanted, tests[i].name) == 0) {
      test = &tests[i];
    }
  }
  if (test == 0) {
    print("weak: no test is called %s\n", wanted);
    return 2;
  }
  harts_run(HARTS, play);
  print("weak %s: %lu of %lu\n", test->name, weak, rounds_done);
  return 0;
}
