// SPDX-License-Identifier: Apache-2.0
#pragma once

// Executes an expression and reports the trap that it raises:
//
//     struct probe seen = PROBE(*(volatile int *)address);
//
// Each trap in the expression is skipped, or returned from if the fetch itself failed. The first
// one is reported. A probe replaces all exception handlers while it lasts.

#include <stdbool.h>
#include <stdint.h>

struct probe {
  uint64_t count;  // number of traps; the other fields describe the first
  uint64_t cause;
  uint64_t value;  // stval
  uint64_t pc;     // sepc
  bool user;       // the trap came from user mode
};

#define PROBE(...) \
  ({               \
    probe_begin(); \
    __VA_ARGS__;   \
    probe_end();   \
  })

void probe_begin(void);

// Returns the number of traps since probe_begin(), for a loop that should end with the first one.
uint64_t probe_count(void);
struct probe probe_end(void);

// A byte load, a byte store and a call, with the types that traps need.
struct probe probe_load(uint64_t address);
struct probe probe_store(uint64_t address);
struct probe probe_call(uint64_t address);
