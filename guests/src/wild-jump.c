// SPDX-License-Identifier: Apache-2.0

// Jumps to an address without memory. Command line: to=0x... vector=0x...

#include "command_line.h"
#include "console.h"
#include "traps.h"

int main(void) {
  uint64_t to = command_line_number("to", 0x4000000000);
  print("wild-jump: to 0x%lx\n", to);
  traps_vector_from_command_line();
  ((void (*)(void))to)();
  return 1;
}
