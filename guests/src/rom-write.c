// SPDX-License-Identifier: Apache-2.0

// Stores to an address where it may not. Reports it and exits 1 if the store completes without a
// trap. Command line: at=0x... vector=0x...

#include "command_line.h"
#include "console.h"
#include "traps.h"

int main(void) {
  uint64_t at = command_line_number("at", 0x1000);
  print("rom-write: store to 0x%lx\n", at);
  traps_vector_from_command_line();
  *(volatile uint32_t *)at = 0x12345678;
  print("rom-write: no trap\n");
  return 1;
}
