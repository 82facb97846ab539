// SPDX-License-Identifier: Apache-2.0

// Loads from, or with `store` stores to, an address with neither RAM nor a device. Reports it and
// exits 1 if the access completes without a trap. Command line: at=0x... store vector=0x...

#include "command_line.h"
#include "console.h"
#include "traps.h"

int main(void) {
  uint64_t at = command_line_number("at", 0x08000000);
  char ignored[2];
  bool store = command_line_text("store", ignored, sizeof ignored);
  print("unknown-address: %s 0x%lx\n", store ? "store to" : "load from", at);
  traps_vector_from_command_line();
  if (store) {
    *(volatile uint64_t *)at = 1;
  } else {
    (void)*(volatile uint64_t *)at;
  }
  print("unknown-address: no trap\n");
  return 1;
}
