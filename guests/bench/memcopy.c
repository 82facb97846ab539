// SPDX-License-Identifier: Apache-2.0

// memcpy of every size from 64 bytes to 256 KiB, 1 MiB of payload each. In one copy of eight the
// operands are misaligned to each other, and the library copies bytes.

#include "bench.h"
#include "text.h"

#define LARGEST (1u << 18)
#define PAYLOAD (1u << 20)

static _Alignas(64) uint8_t from[LARGEST + 64];
static _Alignas(64) uint8_t to[LARGEST + 64];

int main(void) {
  uint64_t rounds = bench_begin("memcopy", 25);
  uint64_t random = 11;
  for (unsigned i = 0; i < sizeof from; i += 8) {
    uint64_t value = bench_random(&random);
    memcpy(from + i, &value, 8);
  }
  uint64_t checksum = 0;
  bool correct = true;
  for (uint64_t round = 0; round < rounds; round++) {
    for (unsigned size = 64; size <= LARGEST; size *= 2) {
      for (unsigned copy = 0; copy < PAYLOAD / size; copy++) {
        unsigned shift = copy % 8 == 7 ? 1 + copy / 8 % 7 : 0;
        memcpy(to, from + shift, size);
      }
      memcpy(to, from, size);
      correct &= memcmp(to, from, size) == 0;
      checksum = bench_mix(checksum, to[size - 1] | (uint64_t)to[size / 2] << 8);
    }
    from[round % LARGEST] ^= (uint8_t)checksum;
  }
  return bench_end(checksum, correct);
}
