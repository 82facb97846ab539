// SPDX-License-Identifier: Apache-2.0
#pragma once

// User mode: call a function there and come back with its result.

#include <stdint.h>
#include <stdnoreturn.h>

// a7 of the ecall by which a user function returns. Every other ecall is the guest's own.
#define USER_EXIT 0x7e57ul

// Distance from an address of the image to where user mode sees it. 0 while paging is off; with
// paging on, a page that user mode may execute is one that S-mode may not, so the image is mapped
// twice and this tells where.
extern uint64_t user_offset;

// Runs `function` in U-mode on a stack of its own and returns its result, or what user_leave() was
// given. The function must reach data through its arguments only (gp is not set), which are passed
// as they are.
long user_call(long (*function)(long, long), long first, long second);

// From a trap handler: gives up the user function, user_call() returns `result`.
noreturn void user_leave(long result);
