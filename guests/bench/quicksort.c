// SPDX-License-Identifier: Apache-2.0

// Quicksort (Hoare's partition, median of three, insertion sort below 16) of 65,536 random ints:
// branches that nothing predicts.

#include "bench.h"

#define COUNT (1 << 16)

static int32_t numbers[COUNT];

static void swap(int32_t *left, int32_t *right) {
  int32_t kept = *left;
  *left = *right;
  *right = kept;
}

static void insertion_sort(int32_t *first, int32_t *last) {
  for (int32_t *next = first + 1; next <= last; next++) {
    int32_t value = *next;
    int32_t *hole = next;
    for (; hole > first && hole[-1] > value; hole--) {
      *hole = hole[-1];
    }
    *hole = value;
  }
}

static int32_t median(int32_t a, int32_t b, int32_t c) {
  int32_t low = a < b ? a : b;
  int32_t high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

static void quicksort(int32_t *first, int32_t *last) {
  while (last - first >= 16) {
    int32_t pivot = median(*first, first[(last - first) / 2], *last);
    int32_t *left = first;
    int32_t *right = last;
    while (left <= right) {
      while (*left < pivot) {
        left++;
      }
      while (*right > pivot) {
        right--;
      }
      if (left <= right) {
        swap(left++, right--);
      }
    }
    // Recursion into the shorter part bounds the depth.
    if (right - first < last - left) {
      quicksort(first, right);
      first = left;
    } else {
      quicksort(left, last);
      last = right;
    }
  }
  insertion_sort(first, last);
}

int main(void) {
  uint64_t rounds = bench_begin("quicksort", 56);
  uint64_t random = 7;
  uint64_t checksum = 0;
  bool correct = true;
  for (uint64_t round = 0; round < rounds; round++) {
    int64_t before = 0;
    for (int i = 0; i < COUNT; i++) {
      numbers[i] = (int32_t)bench_random(&random);
      before += numbers[i];
    }
    quicksort(numbers, numbers + COUNT - 1);
    int64_t after = numbers[0];
    for (int i = 1; i < COUNT; i++) {
      correct &= numbers[i - 1] <= numbers[i];
      after += numbers[i];
    }
    correct &= before == after;
    for (int i = 0; i < COUNT; i += 1024) {
      checksum = bench_mix(checksum, (uint32_t)numbers[i]);
    }
  }
  return bench_end(checksum, correct);
}
