// SPDX-License-Identifier: Apache-2.0

// Sleeps for ever, because nothing is enabled that could wake it.

#include "console.h"
#include "csr.h"

int main(void) {
  print("idle: asleep\n");
  for (;;) {
    wait_for_interrupt();
  }
}
