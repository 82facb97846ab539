// SPDX-License-Identifier: Apache-2.0

// Reads a device register n times (n=1000000), to measure the cost of an MMIO exit.

#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "uart.h"

int main(void) {
  uint64_t n = command_line_number("n", 1000000);
  uint64_t begin = read_time();
  for (uint64_t i = 0; i < n; i++) {
    uart_read(UART_LSR);
  }
  uint64_t nanoseconds = (read_time() - begin) * 100;
  print("mmio-loop: %lu reads, %lu ns each\n", n, n == 0 ? 0 : nanoseconds / n);
  return 0;
}
