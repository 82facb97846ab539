// SPDX-License-Identifier: Apache-2.0

// Products of 96 by 96 matrices of 64-bit integers: multiply-add, with one operand read down its
// columns. Checked by Freivalds' method: A(Bx) = Cx for a random vector x.

#include "bench.h"

#define SIZE 96

typedef uint64_t matrix[SIZE][SIZE];

static matrix a, b, c;

static void multiply(matrix out, matrix left, matrix right) {
  for (int row = 0; row < SIZE; row++) {
    for (int column = 0; column < SIZE; column++) {
      uint64_t sum = 0;
      for (int i = 0; i < SIZE; i++) {
        sum += left[row][i] * right[i][column];
      }
      out[row][column] = sum;
    }
  }
}

static void apply(uint64_t out[SIZE], matrix m, const uint64_t x[SIZE]) {
  for (int row = 0; row < SIZE; row++) {
    out[row] = 0;
    for (int i = 0; i < SIZE; i++) {
      out[row] += m[row][i] * x[i];
    }
  }
}

static bool product_is_right(uint64_t *random) {
  uint64_t x[SIZE], bx[SIZE], abx[SIZE], cx[SIZE];
  for (int i = 0; i < SIZE; i++) {
    x[i] = bench_random(random);
  }
  apply(bx, b, x);
  apply(abx, a, bx);
  apply(cx, c, x);
  for (int i = 0; i < SIZE; i++) {
    if (abx[i] != cx[i]) {
      return false;
    }
  }
  return true;
}

int main(void) {
  uint64_t rounds = bench_begin("matrix", 60);
  uint64_t random = 3;
  for (int row = 0; row < SIZE; row++) {
    for (int column = 0; column < SIZE; column++) {
      a[row][column] = bench_random(&random);
      b[row][column] = bench_random(&random);
    }
  }
  uint64_t checksum = 0;
  bool correct = true;
  for (uint64_t round = 0; round < rounds; round++) {
    multiply(c, a, b);
    correct &= product_is_right(&random);
    checksum = bench_mix(checksum, c[round % SIZE][SIZE - 1]);
    b[round % SIZE][0] ^= checksum;
  }
  return bench_end(checksum, correct);
}
