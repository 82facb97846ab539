// SPDX-License-Identifier: Apache-2.0

// The first guest: prints where it runs, and ends successfully.

#include "console.h"
#include "fdt.h"
#include "harts.h"

int main(void) {
  print("Hello from Tombolo: hart %lu, %u hart(s), %lu MiB\n", this_hart()->id, harts_count(),
        fdt_memory_size() >> 20);
  return 0;
}
