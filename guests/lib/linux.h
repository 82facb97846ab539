// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two Linux system calls that a guest makes when it runs as a Linux program.

#define LINUX_WRITE 64
#define LINUX_EXIT_GROUP 94

static inline long linux_call(long number, long first, long second, long third) {
  register long a0 asm("a0") = first;
  register long a1 asm("a1") = second;
  register long a2 asm("a2") = third;
  register long a7 asm("a7") = number;
  asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}
