// SPDX-License-Identifier: Apache-2.0

// Calls the supervisor from user mode n times (n=1000000), to measure the cost of a trap and the
// way back.

#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "finish.h"
#include "traps.h"
#include "user.h"

static uint64_t calls;

static void on_ecall(struct frame *frame) {
  calls++;
  frame->a0++;
  frame->sepc += 4;
}

static long call_often(long n, long unused) {
  (void)unused;
  register long a0 asm("a0") = 0;
  register long a7 asm("a7") = 0;
  for (long i = 0; i < n; i++) {
    asm volatile("ecall" : "+r"(a0) : "r"(a7));
  }
  return a0;
}

int main(void) {
  uint64_t n = command_line_number("n", 1000000);
  traps_on_exception(ECALL_FROM_USER, on_ecall);
  uint64_t begin = read_time();
  long result = user_call(call_often, (long)n, 0);
  uint64_t nanoseconds = (read_time() - begin) * 100;
  if (calls != n || result != (long)n) {
    panic("calls were lost");
  }
  print("trap-loop: %lu traps, %lu ns each\n", n, n == 0 ? 0 : nanoseconds / n);
  return 0;
}
