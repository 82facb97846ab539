// SPDX-License-Identifier: Apache-2.0
#pragma once

// The console: the board's 16550 UART, polled, or standard output where the guest is a Linux
// program.

#include <stddef.h>

// Writes bytes as they are.
void console_write(const char *bytes, size_t size);

// The next character typed, or -1 where none waits. Board only.
int console_read(void);

// printf as far as guests need it: %d %i %u %x %ld %lu %lx %zu %p %c %s %%, with a width, padded
// with blanks, or with zeros where it begins with 0. One call is one write, which no other hart's
// line interrupts; a line over 255 characters is cut.
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
