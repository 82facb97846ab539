// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions that start.S calls between the first instruction and main().

#include "command_line.h"

#include <stdbool.h>
#include <stdint.h>

// Returns whether the image runs as a Linux program (under qemu-riscv64): in U-mode, without a
// board, with system calls only. Console, command line and exit work in both environments; nothing
// else does.
extern bool on_linux;

void start_on_board(const void *device_tree);
void start_on_linux(const uint64_t *stack);

int main(void);
