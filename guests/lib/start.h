// SPDX-License-Identifier: Apache-2.0
#pragma once

// What start.S calls between the first instruction and main().

#include "command_line.h"

#include <stdbool.h>
#include <stdint.h>

// True where the image runs as a Linux program (under qemu-riscv64): U-mode, no board, system calls
// only. Console, command line and exit work in both places; nothing else does.
extern bool on_linux;

void start_on_board(const void *device_tree);
void start_on_linux(const uint64_t *stack);

int main(void);
