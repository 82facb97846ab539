// SPDX-License-Identifier: Apache-2.0

// The sieve of Eratosthenes over the numbers below 2^18, one byte each: byte stores at growing
// strides.

#include "bench.h"
#include "text.h"

#define LIMIT (1u << 18)
#define PRIMES 23000u  // below 2^18

static uint8_t composite[LIMIT];

static unsigned count_primes(void) {
  memset(composite, 0, sizeof composite);
  unsigned count = 0;
  for (unsigned i = 2; i < LIMIT; i++) {
    if (!composite[i]) {
      count++;
      for (uint64_t multiple = (uint64_t)i * i; multiple < LIMIT; multiple += i) {
        composite[multiple] = 1;
      }
    }
  }
  return count;
}

int main(void) {
  uint64_t rounds = bench_begin("sieve", 100);
  uint64_t checksum = 0;
  bool correct = true;
  for (uint64_t round = 0; round < rounds; round++) {
    unsigned count = count_primes();
    correct &= count == PRIMES;
    checksum = bench_mix(checksum, count);
  }
  for (unsigned i = 2; i < LIMIT; i++) {
    if (!composite[i]) {
      checksum = bench_mix(checksum, i);
    }
  }
  return bench_end(checksum, correct);
}
