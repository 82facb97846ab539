// SPDX-License-Identifier: Apache-2.0
#include "start.h"

#include "fdt.h"

bool on_linux;

void start_on_board(const void *device_tree) {
  fdt_open(device_tree);
  command_line_set(fdt_string("chosen", "bootargs"));
}

void start_on_linux(const uint64_t *stack) {
  on_linux = true;
  command_line_join((int)stack[0], (const char *const *)(stack + 1));
}
