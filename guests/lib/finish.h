// SPDX-License-Identifier: Apache-2.0
#pragma once

// The end of the run, and its exit code.

#include <stdnoreturn.h>

// Exit codes that the guest's own code did not choose: an unhandled trap, or a broken assumption.
#define EXIT_UNHANDLED_TRAP 99
#define EXIT_PANIC 98

// Ends the machine (the test finisher) or the Linux process. Codes are 0 to 255.
noreturn void exit(int code);

// Prints the reason, then ends the machine with EXIT_PANIC.
noreturn void panic(const char *reason);
