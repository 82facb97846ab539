// SPDX-License-Identifier: Apache-2.0
#pragma once

// User mode: calls a function there and returns with its result.

#include <stdint.h>
#include <stdnoreturn.h>

// a7 of the ecall with which a user function returns. Every other ecall belongs to the guest.
#define USER_EXIT 0x7e57ul

// Distance from an address of the image to its address in user mode. 0 while paging is off. With
// paging on, S-mode may not execute a page that user mode may execute. The image is therefore
// mapped twice, this far apart.
extern uint64_t user_offset;

// Runs `function` in U-mode on a stack of its own. Returns its result, or the value given to
// user_leave(). The function must reach data only through its arguments (gp is not set), which are
// passed unchanged.
long user_call(long (*function)(long, long), long first, long second);

// Called by a trap handler: abandons the user function, and user_call() returns `result`.
noreturn void user_leave(long result);
