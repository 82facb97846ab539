// SPDX-License-Identifier: Apache-2.0
#include "selftest.h"

#include "board.h"
#include "csr.h"
#include "harts.h"
#include "plic.h"
#include "sbi.h"
#include "timer.h"
#include "traps.h"
#include "uart.h"

// The interrupts taken since the last forget(), in order.
static volatile unsigned taken;
static volatile uint64_t causes[8];
static volatile uint64_t taken_at;
static volatile unsigned claimed;

static void forget(void) { taken = 0; }

static void note(struct frame *frame) {
  taken_at = read_time();
  causes[taken % 8] = frame->scause << 1 >> 1;
  taken++;
}

static void on_software(struct frame *frame) {
  note(frame);
  csr_clear(sip, 1 << INTERRUPT_SOFTWARE);
}

static void on_timer(struct frame *frame) {
  note(frame);
  timer_off();
}

static void on_external(struct frame *frame) {
  note(frame);
  claimed = plic_claim();
  uart_write(UART_IER, 0);  // lowers the wire
  plic_complete(claimed);
}

static bool took_only(uint64_t cause) { return taken == 1 && causes[0] == cause; }

// Enables interrupts for as long as taking one needs.
static void open_briefly(void) {
  interrupts_on();
  asm volatile("nop" : : : "memory");
  interrupts_off();
}

// Waits for `count` interrupts, or until a second has passed.
static void await(unsigned count) {
  uint64_t end = read_time() + BOARD_TICKS_PER_SECOND;
  while (taken < count && read_time() < end) {
    open_briefly();
  }
}

static void check_software(void) {
  forget();
  csr_set(sip, 1 << INTERRUPT_SOFTWARE);
  open_briefly();
  check("disabled-interrupt-stays-pending",
        taken == 0 && (csr_read(sip) & 1 << INTERRUPT_SOFTWARE) != 0);
  csr_set(sie, 1 << INTERRUPT_SOFTWARE);
  check("closed-interrupt-stays-pending", taken == 0);
  wait_for_interrupt();
  check("wfi-ends-without-a-trap", taken == 0);
  await(1);
  check("software-interrupt",
        took_only(INTERRUPT_SOFTWARE) && (csr_read(sip) & 1 << INTERRUPT_SOFTWARE) == 0);

  forget();
  long error = sbi_send_ipi(1, this_hart()->id);
  await(1);
  check("ipi-to-this-hart", error == SBI_SUCCESS && took_only(INTERRUPT_SOFTWARE));
  forget();
  interrupts_on();
  csr_set(sip, 1 << INTERRUPT_SOFTWARE);
  bool still_on = (csr_read(sstatus) & SSTATUS_SIE) != 0;
  interrupts_off();
  check("sret-restores-sie", taken == 1 && still_on);
}

static void check_timer(void (*set)(uint64_t deadline)) {
  csr_set(sie, 1 << INTERRUPT_TIMER);
  forget();
  uint64_t deadline = read_time() + 20000;  // 2 ms
  set(deadline);
  bool pending = (csr_read(sip) & 1 << INTERRUPT_TIMER) != 0;
  check("not-pending-early", !pending || read_time() >= deadline);
  wait_for_interrupt();
  check("wakes-wfi", taken == 0 && read_time() >= deadline);
  await(1);
  check("interrupt", took_only(INTERRUPT_TIMER) && taken_at >= deadline);
  check("clears-when-moved", (csr_read(sip) & 1 << INTERRUPT_TIMER) == 0);
  forget();
  set(0);
  await(1);
  check("deadline-in-the-past", took_only(INTERRUPT_TIMER));
  csr_clear(sie, 1 << INTERRUPT_TIMER);
}

static void raise_uart(void) {
  plic_enable(BOARD_UART_INTERRUPT);
  csr_set(sie, 1 << INTERRUPT_EXTERNAL);
  uart_write(UART_IER, UART_IER_TRANSMIT_EMPTY);
}

static void check_plic(void) {
  forget();
  raise_uart();
  await(1);
  check("plic-uart", took_only(INTERRUPT_EXTERNAL) && claimed == BOARD_UART_INTERRUPT);
  check("plic-nothing-left", plic_claim() == 0);

  forget();
  plic_set_threshold(1);
  uart_write(UART_IER, UART_IER_TRANSMIT_EMPTY);
  open_briefly();
  bool held_back = taken == 0;
  plic_set_threshold(0);
  await(1);
  check("plic-threshold", held_back && taken == 1);

  forget();
  plic_disable(BOARD_UART_INTERRUPT);
  uart_write(UART_IER, UART_IER_TRANSMIT_EMPTY);
  open_briefly();
  held_back = taken == 0;
  plic_enable(BOARD_UART_INTERRUPT);
  await(1);
  check("plic-enable", held_back && taken == 1);
}

static void check_order(void) {
  forget();
  timer_set(0);
  csr_set(sip, 1 << INTERRUPT_SOFTWARE);
  raise_uart();
  csr_set(sie, 1 << INTERRUPT_SOFTWARE | 1 << INTERRUPT_TIMER | 1 << INTERRUPT_EXTERNAL);
  await(3);
  check("all-three-interrupts", taken == 3);
  if (!qemu_differs("order-external-software-timer", "the lowest cause first")) {
    check("order-external-software-timer", causes[0] == INTERRUPT_EXTERNAL &&
                                               causes[1] == INTERRUPT_SOFTWARE &&
                                               causes[2] == INTERRUPT_TIMER);
  }
  csr_write(sie, 0);
}

// A table of 16 vectors. Each one leaves its number in t0 and returns behind the interrupted nop.
asm(".pushsection .text\n"
    ".balign 64\n"
    "vector_table:\n"
    ".option push\n"
    ".option norvc\n"
    ".set n, 0\n"
    ".rept 16\n"
    "  j vector_end + n * 12\n"
    "  .set n, n + 1\n"
    ".endr\n"
    "vector_end:\n"
    ".set n, 0\n"
    ".rept 16\n"
    "  li t0, n\n"
    "  csrw sie, zero\n"
    "  sret\n"
    "  .set n, n + 1\n"
    ".endr\n"
    ".option pop\n"
    ".popsection\n");
extern char vector_table[];

static void check_vectored(void) {
  uint64_t number;
  csr_write(stvec, (uint64_t)vector_table | 1);
  csr_set(sip, 1 << INTERRUPT_SOFTWARE);
  csr_set(sie, 1 << INTERRUPT_SOFTWARE);
  asm volatile(
      "  li t0, 99\n"
      "  csrsi sstatus, 2\n"
      "  nop\n"
      "  csrci sstatus, 2\n"
      "  mv %0, t0\n"
      : "=r"(number)
      :
      : "t0", "memory");
  csr_write(stvec, (uint64_t)trap_entry);
  csr_clear(sip, 1 << INTERRUPT_SOFTWARE);
  check("vectored-interrupt", number == INTERRUPT_SOFTWARE);
}

static void check_counters(void) {
  uint64_t time = read_time(), cycle = read_cycle(), instret = read_instret();
  timer_sleep(10000);  // 1 ms
  check("counters-advance",
        read_time() - time >= 10000 && read_cycle() > cycle && read_instret() > instret);
}

void check_interrupts(void) {
  traps_on_interrupt(INTERRUPT_SOFTWARE, on_software);
  traps_on_interrupt(INTERRUPT_TIMER, on_timer);
  traps_on_interrupt(INTERRUPT_EXTERNAL, on_external);
  csr_write(sie, 0);
  check_software();
  csr_write(sie, 0);
  prefix("timer-sbi-");
  check_timer(timer_set_sbi);
  prefix("timer-sstc-");
  if (isa_has("sstc")) {
    check_timer(timer_set_stimecmp);
  } else {
    skip("interrupt", "the device tree names no Sstc");
  }
  prefix("");
  check_plic();
  check_order();
  check_vectored();
  check_counters();
}
