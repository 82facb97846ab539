// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks the machine as a guest sees it, with one named check after the other.

#include "probe.h"

#include <stdbool.h>
#include <stdint.h>

// Prints and counts "ok NAME" or "FAIL NAME". One hart at a time.
void check(const char *name, bool holds);

// Checks for a trap in the same way: exactly one, with this cause and this stval.
void check_trap(const char *name, struct probe seen, uint64_t cause, uint64_t value);

// Checks in the same way that no trap came.
void check_no_trap(const char *name, struct probe seen);

// Prints why a check was skipped, which is neither ok nor a failure.
void skip(const char *name, const char *why);

// Returns true on QEMU 7.2 with OpenSBI, after a skip() that says what they do instead. For the few
// points on which that pair, on which these checks also run, is known to differ from the
// specification.
bool qemu_differs(const char *name, const char *how);

// Sets the prefix for the names of the checks that follow; "" for none.
void prefix(const char *text);

void check_firmware(void);
void check_traps(void);
void check_memory(void);
void check_floating_point(void);
void check_user_mode(void);
void check_paging(void);
void check_cache_blocks(void);
void check_extensions(void);
void check_vectors(void);
void check_interrupts(void);
void check_harts(void);

// Writes the function `long f(void) { return value; }` for a value of 0 to 2047. No fence.i.
void write_function(uint32_t *code, uint32_t value);

// An address with neither RAM nor a device.
#define NOWHERE 0x08000000ul
