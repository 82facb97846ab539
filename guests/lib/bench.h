// SPDX-License-Identifier: Apache-2.0
#pragma once

// The frame of every benchmark: the number of rounds from the command line (n=), a checksum that is
// the same on every machine, a self-check, and on a board the number of instructions retired and the
// time that they took. A Linux program can read neither well, so it leaves them out.

#include <stdbool.h>
#include <stdint.h>

// Returns the number of rounds: n= or `rounds`. Starts both counts.
uint64_t bench_begin(const char *name, uint64_t rounds);

// Prints "NAME checksum HEX", on a board "NAME instructions N" and "NAME nanoseconds N", then "ok" or
// "FAILED". Returns main's result.
int bench_end(uint64_t checksum, bool correct);

// Returns the next number of a 64-bit generator (xorshift). `state` starts from anything but 0.
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
