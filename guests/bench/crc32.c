// SPDX-License-Identifier: Apache-2.0

// CRC-32 (reflected 0x04c11db7), a byte at a time from a table: a chain of dependent loads.

#include "bench.h"

#define SIZE (1u << 16)

static uint32_t table[256];
static uint8_t data[SIZE];

static void make_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) {
      value = value >> 1 ^ ((value & 1) != 0 ? 0xedb88320 : 0);
    }
    table[i] = value;
  }
}

static uint32_t crc32(const uint8_t *bytes, uint64_t size) {
  uint32_t crc = 0xffffffff;
  for (uint64_t i = 0; i < size; i++) {
    crc = table[(crc ^ bytes[i]) & 0xff] ^ crc >> 8;
  }
  return ~crc;
}

int main(void) {
  uint64_t rounds = bench_begin("crc32", 800);
  make_table();
  uint64_t random = 42;
  for (unsigned i = 0; i < SIZE; i++) {
    data[i] = (uint8_t)bench_random(&random);
  }
  bool correct = crc32((const uint8_t *)"123456789", 9) == 0xcbf43926;
  uint64_t checksum = 0;
  for (uint64_t round = 0; round < rounds; round++) {
    uint32_t crc = crc32(data, SIZE);
    data[round % SIZE] ^= (uint8_t)crc;  // so that no round is like the last
    checksum = bench_mix(checksum, crc);
  }
  return bench_end(checksum, correct);
}
