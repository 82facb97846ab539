// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's command line: a list of words `name=value` or `name`, separated by blanks. On the
// board it is /chosen/bootargs of the device tree; in a Linux program it is the program's
// arguments.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void command_line_set(const char *words);
void command_line_join(int count, const char *const *arguments);

// Copies the value of `name`, cut to `size` - 1 characters. Returns false if there is no such word.
bool command_line_text(const char *name, char *value, size_t size);

// Returns the value of `name` in decimal, or in hexadecimal after 0x. Returns `otherwise` if it is
// absent or not a number.
uint64_t command_line_number(const char *name, uint64_t otherwise);
