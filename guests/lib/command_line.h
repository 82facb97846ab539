// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's command line, a list of words `name=value` or `name` divided by blanks:
// /chosen/bootargs of the device tree on the board, the arguments of a Linux program.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void command_line_set(const char *words);
void command_line_join(int count, const char *const *arguments);

// Copies the value of `name`, cut to `size` - 1 characters. False where there is no such word.
bool command_line_text(const char *name, char *value, size_t size);

// The value of `name` in decimal, or hexadecimal after 0x; `otherwise` where it is absent or no
// number.
uint64_t command_line_number(const char *name, uint64_t otherwise);
