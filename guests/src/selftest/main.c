// SPDX-License-Identifier: Apache-2.0

// Checks the promises of the hart, the board and the firmware; see selftest.h. Exits 1 after a
// failure.

#include "selftest.h"

#include "console.h"
#include "sbi.h"

static unsigned passed;
static unsigned failed;
static const char *before = "";

void prefix(const char *text) { before = text; }

void check(const char *name, bool holds) {
  print("%s %s%s\n", holds ? "ok" : "FAIL", before, name);
  *(holds ? &passed : &failed) += 1;
}

static void print_seen(struct probe seen) {
  print("  seen %lu traps, first scause %lu, stval 0x%lx, sepc 0x%lx\n", seen.count, seen.cause,
        seen.value, seen.pc);
}

void check_trap(const char *name, struct probe seen, uint64_t cause, uint64_t value) {
  bool holds = seen.count == 1 && seen.cause == cause && seen.value == value;
  check(name, holds);
  if (!holds) {
    print("  expected scause %lu, stval 0x%lx\n", cause, value);
    print_seen(seen);
  }
}

void check_no_trap(const char *name, struct probe seen) {
  check(name, seen.count == 0);
  if (seen.count != 0) {
    print_seen(seen);
  }
}

void skip(const char *name, const char *why) { print("skip %s%s: %s\n", before, name, why); }

bool qemu_differs(const char *name, const char *how) {
  const long open_sbi = 1;  // the SBI specification's list of implementations
  if (sbi_base(1, 0).value != open_sbi) {
    return false;
  }
  skip(name, how);
  return true;
}

int main(void) {
  check_firmware();
  check_traps();
  check_memory();
  check_floating_point();
  check_user_mode();
  check_paging();
  check_cache_blocks();
  check_extensions();
  check_vectors();
  check_interrupts();
  check_harts();
  print("selftest: %u ok, %u failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
