// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every benchmark does around its work: rounds from the command line (n=), a checksum that is
// the same wherever it runs, a check of its own, and on the board the instructions that it retired.

#include <stdbool.h>
#include <stdint.h>

// The number of rounds to do: n= or `rounds`. The count of instructions starts here.
uint64_t bench_begin(const char *name, uint64_t rounds);

// Prints "NAME checksum HEX", on the board "NAME instructions N", then "ok" or "FAILED". Returns
// main's result.
int bench_end(uint64_t checksum, bool correct);

// A 64-bit generator (xorshift); `state` starts from anything but 0.
static inline uint64_t bench_random(uint64_t *state) {
  uint64_t x = *state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *state = x;
}

// Mixes a value into a checksum.
static inline uint64_t bench_mix(uint64_t checksum, uint64_t value) {
  uint64_t x = (checksum ^ value) * 0x9e3779b97f4a7c15;
  return x ^ x >> 29;
}
