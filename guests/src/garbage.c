// SPDX-License-Identifier: Apache-2.0

// Executes bytes that no compiler made: 4 KiB from a generator, different for each seed, then
// zeros. With the library's trap handler, the first illegal instruction ends it. Command line:
// seed=N vector=0x...

#include "command_line.h"
#include "console.h"
#include "traps.h"

static uint64_t bytes[512 + 8];

int main(void) {
  uint64_t seed = command_line_number("seed", 1);
  print("garbage: seed %lu at %p\n", seed, (void *)bytes);
  uint64_t x = seed * 0x9e3779b97f4a7c15ul | 1;
  for (unsigned i = 0; i < 512; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    bytes[i] = x;
  }
  asm volatile("fence.i" : : : "memory");
  traps_vector_from_command_line();
  ((void (*)(void))bytes)();
  print("garbage: it returned\n");
  return 1;
}
