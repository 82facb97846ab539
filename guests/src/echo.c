// SPDX-License-Identifier: Apache-2.0

// Echoes each line in upper case, until "quit" or Ctrl-D. Characters arrive by the UART's interrupt
// and the PLIC. In between, the hart sleeps in wfi and uses no host CPU.

#include "board.h"
#include "console.h"
#include "csr.h"
#include "plic.h"
#include "text.h"
#include "traps.h"
#include "uart.h"

#include <stdatomic.h>

#define CONTROL_D 0x04

// Shared by the interrupt handler, which writes, and main, which reads, on one hart.
static char typed[256];
static volatile unsigned written;
static volatile unsigned read;

static void on_external(struct frame *frame) {
  (void)frame;
  unsigned source;
  while ((source = plic_claim()) != 0) {
    while (written - read < sizeof typed) {
      int c = console_read();
      if (c < 0) {
        break;
      }
      typed[written++ % sizeof typed] = (char)c;
    }
    if (written - read == sizeof typed) {
      uart_write(UART_IER, 0); // the rest stays in the UART until there is room
    }
    plic_complete(source);
  }
}

static char next(void) {
  // An interrupt between the look and the wfi must end the sleep. So look with interrupts off: a
  // pending interrupt ends wfi, and is taken when interrupts are on again.
  interrupts_off();
  while (written == read) {
    wait_for_interrupt();
    interrupts_on();
    interrupts_off();
  }
  char c = typed[read++ % sizeof typed];
  uart_write(UART_IER, UART_IER_RECEIVED);
  interrupts_on();
  return c;
}

int main(void) {
  traps_on_interrupt(INTERRUPT_EXTERNAL, on_external);
  plic_enable(BOARD_UART_INTERRUPT);
  uart_write(UART_IER, UART_IER_RECEIVED);
  csr_set(sie, 1 << INTERRUPT_EXTERNAL);
  print("echo: type lines; quit or Ctrl-D ends\n");

  char line[128];
  size_t length = 0;
  for (;;) {
    char c = next();
    if (c == CONTROL_D) {
      break;
    }
    if (c != '\r' && c != '\n') {
      if (length < sizeof line - 1) {
        line[length++] = c;
      }
      continue;
    }
    line[length] = 0;
    if (strcmp(line, "quit") == 0) {
      break;
    }
    for (size_t i = 0; i < length; i++) {
      if (line[i] >= 'a' && line[i] <= 'z') {
        line[i] = (char)(line[i] - 'a' + 'A');
      }
    }
    print("%s\n", line);
    length = 0;
  }
  print("echo: bye\n");
  return 0;
}
