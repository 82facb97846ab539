// SPDX-License-Identifier: Apache-2.0
#include "start.h"

#include "fdt.h"
#include "text.h"

bool on_linux;

// "rv64", letters, then names after underscores.
static bool board_has_vectors(void) {
  const char *isa = fdt_string("cpu", "riscv,isa");
  if (isa == NULL || strlen(isa) < 4) {
    return false;
  }
  for (isa += 4; *isa != 0 && *isa != '_'; isa++) {
    if (*isa == 'v') {
      return true;
    }
  }
  return false;
}

void start_on_board(const void *device_tree) {
  fdt_open(device_tree);
  command_line_set(fdt_string("chosen", "bootargs"));
  text_uses_vectors = board_has_vectors();
}

void start_on_linux(const uint64_t *stack) {
  on_linux = true;
  command_line_join((int)stack[0], (const char *const *)(stack + 1));
}
