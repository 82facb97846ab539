// SPDX-License-Identifier: Apache-2.0
#pragma once

// Copies and fills by vector instructions (RISC-V V), for whoever has found out that they are there.
// They use v0 to v7, vl and vtype; compilers use none of them for these machines.

#include <stddef.h>
#include <stdint.h>

// Fewer bytes than this are not worth the instructions that set up a vector.
#define VECTORS_WORTHWHILE 128

// Forwards, so that the ranges may overlap if `to` is below `from`. `size` is not 0.
static inline void vectors_copy(void *to, const void *from, size_t size) {
  uint64_t length;
  asm volatile(
      ".option push\n"
      ".option arch, +v\n"
      "1: vsetvli %[length], %[size], e8, m8, ta, ma\n"
      "vle8.v v0, (%[from])\n"
      "sub %[size], %[size], %[length]\n"
      "add %[from], %[from], %[length]\n"
      "vse8.v v0, (%[to])\n"
      "add %[to], %[to], %[length]\n"
      "bnez %[size], 1b\n"
      ".option pop"
      : [to] "+r"(to), [from] "+r"(from), [size] "+r"(size), [length] "=&r"(length)
      :
      : "memory");
}

static inline void vectors_fill(void *to, int byte, size_t size) {
  uint64_t length;
  asm volatile(
      ".option push\n"
      ".option arch, +v\n"
      "vsetvli %[length], zero, e8, m8, ta, ma\n"
      "vmv.v.x v0, %[byte]\n"
      "1: vsetvli %[length], %[size], e8, m8, ta, ma\n"
      "sub %[size], %[size], %[length]\n"
      "vse8.v v0, (%[to])\n"
      "add %[to], %[to], %[length]\n"
      "bnez %[size], 1b\n"
      ".option pop"
      : [to] "+r"(to), [size] "+r"(size), [length] "=&r"(length)
      : [byte] "r"(byte)
      : "memory");
}
