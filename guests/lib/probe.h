// SPDX-License-Identifier: Apache-2.0
#pragma once

// Try something and see which trap came of it:
//
//     struct probe seen = PROBE(*(volatile int *)address);
//
// Each trap in there is skipped, or where the fetch itself failed, returned from; the first one is
// what is reported. A probe takes over all exception handlers while it lasts.

#include <stdbool.h>
#include <stdint.h>

struct probe {
  uint64_t count;  // of traps; the rest describes the first
  uint64_t cause;
  uint64_t value;  // stval
  uint64_t pc;     // sepc
  bool user;       // it came from user mode
};

#define PROBE(...) \
  ({               \
    probe_begin(); \
    __VA_ARGS__;   \
    probe_end();   \
  })

void probe_begin(void);

// Traps since probe_begin(), for a loop that should end with the first one.
uint64_t probe_count(void);
struct probe probe_end(void);

// A byte load, a byte store and a call, as traps want them.
struct probe probe_load(uint64_t address);
struct probe probe_store(uint64_t address);
struct probe probe_call(uint64_t address);
