// SPDX-License-Identifier: Apache-2.0
#include "selftest.h"

#include "csr.h"
#include "timer.h"
#include "traps.h"
#include "user.h"

static long add(long first, long second) { return first + second; }

static long ecall_with_7(long argument, long unused) {
  (void)unused;
  register long a0 asm("a0") = argument;
  register long a7 asm("a7") = 7;
  asm volatile("ecall" : "+r"(a0) : "r"(a7));
  return a0;
}

#define USER_FUNCTION(name, instruction)      \
  static long name(long first, long second) { \
    (void)second;                             \
    asm volatile(instruction : "+r"(first) : : "memory"); \
    return first;                             \
  }
USER_FUNCTION(read_sstatus, "csrr %0, sstatus")
USER_FUNCTION(do_sret, "sret")
USER_FUNCTION(do_wfi, "wfi")
USER_FUNCTION(do_sfence, "sfence.vma")
USER_FUNCTION(do_ebreak, "ebreak")
USER_FUNCTION(read_counters, "rdcycle %0\n rdinstret %0")
USER_FUNCTION(read_clock, "rdtime %0")

static long spin_until(long word, long unused) {
  (void)unused;
  while (*(volatile long *)word == 0) {
  }
  return 5;
}

static volatile long interrupted;
static bool from_user;

static void on_timer(struct frame *frame) {
  timer_off();
  from_user = trap_from_user(frame);
  interrupted = 1;
}

static void on_ecall(struct frame *frame) {
  frame->a0 = frame->a7 == 7 && trap_from_user(frame) ? frame->a0 * 2 : 0;
  frame->sepc += 4;
}

static void on_ecall_leave(struct frame *frame) {
  (void)frame;
  user_leave(77);
}

void check_user_mode(void) {
  check("user-call", user_call(add, 40, 2) == 42);
  traps_on_exception(ECALL_FROM_USER, on_ecall);
  check("user-ecall", user_call(ecall_with_7, 21, 0) == 42);
  traps_on_exception(ECALL_FROM_USER, on_ecall_leave);
  check("user-leave", user_call(ecall_with_7, 21, 0) == 77);

  struct probe seen = PROBE(user_call(read_sstatus, 0, 0));
  check("user-reads-supervisor-csr",
        seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION && seen.user);
  seen = PROBE(user_call(do_sret, 0, 0));
  check("user-sret", seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION && seen.user);
  seen = PROBE(user_call(do_wfi, 0, 0));
  check("user-wfi", seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION && seen.user);
  seen = PROBE(user_call(do_sfence, 0, 0));
  check("user-sfence.vma", seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION && seen.user);
  seen = PROBE(user_call(do_ebreak, 0, 0));
  check("user-ebreak", seen.count == 1 && seen.cause == BREAKPOINT && seen.user);

  check_no_trap("user-counters", PROBE(user_call(read_counters, 0, 0)));
  check_no_trap("user-time", PROBE(user_call(read_clock, 0, 0)));
  csr_write(scounteren, 0);
  seen = PROBE(user_call(read_counters, 0, 0));
  check("user-counters-closed", seen.count == 2 && seen.cause == ILLEGAL_INSTRUCTION);
  if (!qemu_differs("user-time-closed", "the firmware reads it for the user")) {
    seen = PROBE(user_call(read_clock, 0, 0));
    check("user-time-closed", seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION);
  }
  csr_write(scounteren, 7);

  // With sstatus.SIE clear, an interrupt still comes in user mode.
  traps_on_interrupt(INTERRUPT_TIMER, on_timer);
  interrupts_off();
  timer_set(read_time() + 1000);
  csr_set(sie, 1 << INTERRUPT_TIMER);
  long result = user_call(spin_until, (long)&interrupted, 0);
  csr_clear(sie, 1 << INTERRUPT_TIMER);
  check("user-is-interrupted", result == 5 && from_user);
}
