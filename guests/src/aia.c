// SPDX-License-Identifier: Apache-2.0

// Checks the Advanced Interrupt Architecture on boards that have it: the CSRs of Ssaia, the
// interrupt file, messages between sleeping harts, the APLIC. Prints a line for each check; exits 1
// after a failure.

#include "aia.h"

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "finish.h"
#include "harts.h"
#include "probe.h"
#include "sbi.h"
#include "traps.h"
#include "uart.h"

// Identities of messages between harts.
#define WORK 33
#define REPLY 34

static unsigned failed;
static unsigned passed;
static volatile unsigned taken;
static volatile uint64_t last_top;

static void check(const char *name, bool holds) {
  print("%s %s\n", holds ? "ok" : "FAIL", name);
  *(holds ? &passed : &failed) += 1;
}

// Checks a point, except on QEMU 7.2, which is known to differ from the specification there.
static void check_unless_qemu(const char *name, bool holds) {
  const long open_sbi = 1;  // the SBI specification's list of implementations
  if (sbi_base(1, 0).value == open_sbi) {
    print("skip %s\n", name);
  } else {
    check(name, holds);
  }
}

static void on_external(struct frame *frame) {
  (void)frame;
  last_top = stopi_read();
  imsic_claim();
  taken++;
}

static void open_briefly(void) {
  interrupts_on();
  asm volatile("nop" : : : "memory");
  interrupts_off();
}

static void clear_file(void) {
  for (unsigned word = 0; word < 4; word++) {
    imsic_write(EIP + 2 * word, 0);
    imsic_write(EIE + 2 * word, 0);
  }
  imsic_write(EITHRESHOLD, 0);
  imsic_write(EIDELIVERY, 1);
}

static bool external_pending(void) { return (csr_read(sip) & 1 << INTERRUPT_EXTERNAL) != 0; }

static bool illegal(struct probe seen) {
  return seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION;
}

static void check_window(void) {
  siselect_write(0x1ff);
  check("selector-of-nine-bits", siselect_read() == 0x1ff);
  bool right = true;
  for (unsigned number = 0x30; number < 0x40; number++) {
    siselect_write(number);
    struct probe seen = PROBE(sireg_read());
    right &= (number & 1) != 0 ? illegal(seen) : seen.count == 0;
  }
  check("priorities-at-even-numbers", right);
  right = true;
  for (unsigned number = 0; number < 8; number++) {  // QEMU has no more words than identities
    siselect_write(EIP + number);
    struct probe pending = PROBE(sireg_read());
    siselect_write(EIE + number);
    struct probe enabled = PROBE(sireg_read());
    right &= (number & 1) != 0 ? illegal(pending) && illegal(enabled)
                               : pending.count + enabled.count == 0;
  }
  check("arrays-at-even-numbers", right);
  right = true;
  for (unsigned number = 0x100; number < 0x200; number++) {
    siselect_write(number);
    right &= illegal(PROBE(sireg_read())) && illegal(PROBE(sireg_write(0)));
  }
  check("nothing-selected-is-illegal", right);
  siselect_write(EIDELIVERY);
  check("stopi-is-read-only", illegal(PROBE(asm volatile("csrw 0xdb0, zero"))));
}

static void check_file(void) {
  uint64_t me = this_hart()->id;
  clear_file();
  imsic_write(EIE, -1);
  imsic_write(EIE + 6, -1);
  check("no-identity-0", imsic_read(EIE) == ~1ul && imsic_read(EIE + 6) == -1ul);
  clear_file();
  imsic_send(me, 5);
  imsic_send(me, 200);
  check("messages-are-pending",
        imsic_read(EIP) == 1 << 5 && imsic_read(EIP + 6) == 1ul << 200 % 64);
  check("disabled-is-not-signalled", stopei_read() == 0 && !external_pending());
  imsic_enable(200);
  imsic_enable(5);
  check("lowest-first", stopei_read() == (5 << 16 | 5) && external_pending());
  imsic_write(EIDELIVERY, 0);
  check("delivery-off", !external_pending() && stopei_read() == (5 << 16 | 5));
  imsic_write(EIDELIVERY, 1);
  imsic_write(EITHRESHOLD, 5);
  check("threshold", !external_pending() && stopei_read() == 0);
  imsic_write(EITHRESHOLD, 6);
  check("below-threshold", external_pending() && stopei_read() == (5 << 16 | 5));
  imsic_write(EITHRESHOLD, 0);
  check("claims", imsic_claim() == 5 && imsic_claim() == 200 && imsic_claim() == 0);
  check("claimed-is-not-signalled", !external_pending());
  imsic_send(me, 0);
  imsic_send(me, 256);
  imsic_send(me, 0x10005);
  check("no-such-identity", imsic_read(EIP) == 0 && imsic_read(EIP + 6) == 0);
}

static void check_interrupt(void) {
  uint64_t me = this_hart()->id;
  clear_file();
  imsic_enable(9);
  taken = 0;
  imsic_send(me, 9);
  check("stopi-without-sie", stopi_read() == 0);
  csr_set(sie, 1 << INTERRUPT_EXTERNAL);
  check("stopi", stopi_read() >> 16 == INTERRUPT_EXTERNAL);
  wait_for_interrupt();
  check("wfi-ends-without-a-trap", taken == 0);
  open_briefly();
  check("external-interrupt", taken == 1 && last_top >> 16 == INTERRUPT_EXTERNAL);
  open_briefly();
  check("once", taken == 1 && stopi_read() == 0);
  csr_clear(sie, 1 << INTERRUPT_EXTERNAL);
}

static bool asserted(unsigned source) {
  return (*aplic_word(IN_CLRIP + source / 32 * 4) >> source % 32 & 1) != 0;
}

// Prints nothing between looks at the UART's wire, because that may move it.
static void check_aplic(void) {
  uint64_t me = this_hart()->id;
  clear_file();
  imsic_enable(20);
  *aplic_word(DOMAINCFG) = DOMAINCFG_IE;
  check("domain-of-messages", *aplic_word(DOMAINCFG) == 0x80000104);
  *aplic_word(TARGET + 4 * BOARD_UART_INTERRUPT) = 5;
  check_unless_qemu("inactive-has-no-target", *aplic_word(TARGET + 4 * BOARD_UART_INTERRUPT) == 0);
  aplic_route(BOARD_UART_INTERRUPT, SOURCE_LEVEL_HIGH, me, 20);
  bool quiet = imsic_claim() == 0 && !asserted(BOARD_UART_INTERRUPT);

  uart_write(UART_IER, UART_IER_TRANSMIT_EMPTY);
  bool message = imsic_claim() == 20 && asserted(BOARD_UART_INTERRUPT);
  bool one = imsic_claim() == 0;
  *aplic_word(SETIPNUM) = BOARD_UART_INTERRUPT;
  bool again = imsic_claim() == 20;
  uart_write(UART_IER, 0);
  *aplic_word(SETIPNUM) = BOARD_UART_INTERRUPT;
  bool quiet_again = imsic_claim() == 0 && !asserted(BOARD_UART_INTERRUPT);

  *aplic_word(CLRIENUM) = BOARD_UART_INTERRUPT;
  uart_write(UART_IER, UART_IER_TRANSMIT_EMPTY);
  bool waits = imsic_claim() == 0;
  *aplic_word(SETIENUM) = BOARD_UART_INTERRUPT;
  bool sent = imsic_claim() == 20;
  uart_write(UART_IER, 0);
  *aplic_word(SOURCECFG + 4 * BOARD_UART_INTERRUPT) = 0;

  check("quiet-wire", quiet);
  check("asserted-wire-is-a-message", message);
  check("one-message", one);
  check("asked-again-while-asserted", again);
  check_unless_qemu("asked-again-when-quiet", quiet_again);
  check("disabled-source-waits", waits);
  check("until-it-is-enabled", sent);
  *aplic_word(GENMSI) = me << 18 | 20;
  check("generated-message", imsic_claim() == 20);
}

// Every hart except the first repeatedly asks the first one for work, and sleeps in wfi until the
// reply. A lost message or a lost wake-up hangs the guest.

static unsigned count;
static unsigned rounds;
static struct barrier ready;
static uint64_t ids[BOARD_MAX_HARTS];
static atomic_uint asked[BOARD_MAX_HARTS];
static atomic_uint answered[BOARD_MAX_HARTS];

static void serve(void) {
  unsigned left = (count - 1) * rounds;
  while (left > 0) {
    while (imsic_claim() == 0) {
      wait_for_interrupt();
    }
    for (unsigned peer = 1; peer < count; peer++) {
      unsigned number = atomic_load(&asked[peer]);
      if (number != atomic_load(&answered[peer])) {
        atomic_store(&answered[peer], number);
        imsic_send(ids[peer], REPLY);
        left--;
      }
    }
  }
}

static void ask(unsigned number) {
  for (unsigned round = 1; round <= rounds; round++) {
    atomic_store(&asked[number], round);
    imsic_send(ids[0], WORK);
    while (atomic_load(&answered[number]) != round) {
      while (imsic_claim() == 0) {
        wait_for_interrupt();
      }
    }
  }
}

static void ask_and_serve(unsigned number) {
  ids[number] = this_hart()->id;
  clear_file();
  imsic_enable(number == 0 ? WORK : REPLY);
  csr_set(sie, 1 << INTERRUPT_EXTERNAL);
  barrier_wait(&ready);
  if (number == 0) {
    serve();
  } else {
    ask(number);
  }
}

int main(void) {
  if (!aia_is_there()) {
    panic("the device tree has no APLIC");
  }
  traps_on_interrupt(INTERRUPT_EXTERNAL, on_external);
  check_window();
  check_file();
  check_interrupt();
  check_aplic();
  count = harts_count();
  rounds = command_line_number("rounds", 1000);
  ready.parties = count;
  if (count > 1) {
    harts_run(count, ask_and_serve);
    check("messages-between-harts", true);
  }
  print("aia: %u ok, %u failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
