// SPDX-License-Identifier: Apache-2.0
#pragma once

// The machine as a guest sees it, one named check after the other.

#include "probe.h"

#include <stdbool.h>
#include <stdint.h>

// Prints and counts "ok NAME" or "FAIL NAME". One hart at a time.
void check(const char *name, bool holds);

// The same for a trap: exactly one, of this cause, with this stval.
void check_trap(const char *name, struct probe seen, uint64_t cause, uint64_t value);

// The same where no trap may come.
void check_no_trap(const char *name, struct probe seen);

// Says why a check was left out, which is neither ok nor a failure.
void skip(const char *name, const char *why);

// True on QEMU 7.2 with OpenSBI, after a skip() that says what they do instead: for the few points
// where that pair, which these checks are also run on, is known to differ from the specification.
bool qemu_differs(const char *name, const char *how);

// What stands before the names of the checks that follow; "" for nothing.
void prefix(const char *text);

void check_firmware(void);
void check_traps(void);
void check_memory(void);
void check_floating_point(void);
void check_user_mode(void);
void check_paging(void);
void check_interrupts(void);
void check_harts(void);

// Writes the function `long f(void) { return value; }` for a value of 0 to 2047. No fence.i.
void write_function(uint32_t *code, uint32_t value);

// Where neither RAM nor a device is.
#define NOWHERE 0x08000000ul
