// SPDX-License-Identifier: Apache-2.0
#pragma once

// The console: the board's 16550 UART, polled, or the standard output of a Linux program.

#include <stddef.h>

// Writes bytes as they are.
void console_write(const char *bytes, size_t size);

// Returns the next character typed, or -1 if none is waiting. Board only.
int console_read(void);

// A small printf: %d %i %u %x %ld %lu %lx %zu %p %c %s %%, with a width, padded with blanks, or
// with zeros if the width begins with 0. One call is one write, which no other hart's line
// interrupts. A line over 255 characters is cut.
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
