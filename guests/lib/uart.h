// SPDX-License-Identifier: Apache-2.0
#pragma once

// Registers of the 16550 UART, one byte each.

#include "board.h"

#include <stdint.h>

enum uart_register {
  UART_DATA = 0,
  UART_IER = 1,
  UART_IIR = 2,
  UART_FCR = 2,
  UART_LCR = 3,
  UART_MCR = 4,
  UART_LSR = 5,
};

#define UART_IER_RECEIVED 0x01
#define UART_IER_TRANSMIT_EMPTY 0x02
#define UART_LSR_DATA_READY 0x01
#define UART_LSR_TRANSMIT_EMPTY 0x20

static inline uint8_t uart_read(enum uart_register which) {
  return ((volatile uint8_t *)BOARD_UART)[which];
}

static inline void uart_write(enum uart_register which, uint8_t value) {
  ((volatile uint8_t *)BOARD_UART)[which] = value;
}
