// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include "linux.h"
#include "start.h"
#include "uart.h"

#include <stdatomic.h>

static atomic_flag busy = ATOMIC_FLAG_INIT;

void console_write(const char *bytes, size_t size) {
  if (on_linux) {
    linux_call(LINUX_WRITE, 1, (long)bytes, (long)size);
    return;
  }
  while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {
  }
  for (size_t i = 0; i < size; i++) {
    while ((uart_read(UART_LSR) & UART_LSR_TRANSMIT_EMPTY) == 0) {
    }
    uart_write(UART_DATA, (uint8_t)bytes[i]);
  }
  atomic_flag_clear_explicit(&busy, memory_order_release);
}

int console_read(void) {
  return (uart_read(UART_LSR) & UART_LSR_DATA_READY) != 0 ? uart_read(UART_DATA) : -1;
}
