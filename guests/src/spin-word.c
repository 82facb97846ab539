// SPDX-License-Identifier: Apache-2.0

// Spins on a word of RAM until the host sets it: a plain load in a loop, without a fence and
// without exits.

#include "board.h"
#include "console.h"

#include <stdint.h>

int main(void) {
  volatile uint32_t *word = (volatile uint32_t *)BOARD_SHARED_WORDS;
  print("spin-word: waiting for the word at %p\n", (void *)word);
  while (*word == 0) {
  }
  print("spin-word: it is 0x%x\n", *word);
  return 0;
}
