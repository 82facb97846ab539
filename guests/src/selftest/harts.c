// SPDX-License-Identifier: Apache-2.0
#include "selftest.h"

#include "csr.h"
#include "harts.h"
#include "pages.h"
#include "sbi.h"
#include "timer.h"

#define ROUNDS 200

static struct barrier barrier;
static unsigned count;
static atomic_uint mistakes;
static atomic_uint arrived;

// Runs a function on all harts. Returns true if none of them counted a mistake.
static bool on_all(void (*function)(unsigned number)) {
  barrier = (struct barrier){.parties = count};
  atomic_store(&mistakes, 0);
  atomic_store(&arrived, 0);
  harts_run(count, function);
  return atomic_load(&mistakes) == 0;
}

static void mistake_unless(bool holds) {
  if (!holds) {
    atomic_fetch_add(&mistakes, 1);
  }
}

static void check_states(void) {
  uint64_t ids[BOARD_MAX_HARTS];
  bool others_stopped = true;
  for (unsigned i = 0; i < harts_ids(ids); i++) {
    if (ids[i] != this_hart()->id) {
      others_stopped &= sbi_hart_status(ids[i]).value == SBI_HART_STOPPED;
    }
  }
  uint64_t id = this_hart()->id;
  check("hsm-this-hart-started", sbi_hart_status(id).value == SBI_HART_STARTED);
  check("hsm-others-stopped", others_stopped);
  check("hsm-start-of-a-started-hart", sbi_hart_start(id, 0x80200000, 0) == SBI_ALREADY_AVAILABLE);
  check("hsm-start-of-no-hart", sbi_hart_start(4000, 0x80200000, 0) == SBI_INVALID_PARAMETER);
  check("hsm-status-of-no-hart", sbi_hart_status(4000).error == SBI_INVALID_PARAMETER);
}

static void arrive(unsigned number) {
  (void)number;
  atomic_fetch_add(&arrived, 1);
  mistake_unless(sbi_hart_status(this_hart()->id).value == SBI_HART_STARTED);
  mistake_unless(csr_read(satp) == 0 && (csr_read(sstatus) & SSTATUS_SIE) == 0);
}

static void check_start_stop(void) {
  bool right = true;
  for (unsigned i = 0; i < 50; i++) {
    right &= on_all(arrive) && atomic_load(&arrived) == count;
  }
  check("hsm-start-and-stop-again", right);
}

static void meet(unsigned number) {
  (void)number;
  for (unsigned round = 1; round <= ROUNDS; round++) {
    atomic_fetch_add(&arrived, 1);
    barrier_wait(&barrier);
    mistake_unless(atomic_load(&arrived) == round * count);
    barrier_wait(&barrier);
  }
}

// Each hart in turn rings the next one, which sleeps in wfi with interrupts off.
static atomic_uint turn;

static void pass_on(unsigned number) {
  csr_set(sie, 1 << INTERRUPT_SOFTWARE);
  for (unsigned round = 0; round < ROUNDS; round++) {
    unsigned mine = round * count + number;
    while (atomic_load(&turn) != mine) {
      wait_for_interrupt();
      csr_clear(sip, 1 << INTERRUPT_SOFTWARE);
    }
    atomic_store(&turn, mine + 1);
    sbi_send_ipi(0, UINT64_MAX);  // base -1: everybody
  }
}

static void sleep_often(unsigned number) {
  for (unsigned round = 0; round < 10; round++) {
    uint64_t ticks = 1000 * (number + 1);
    uint64_t begin = read_time();
    timer_sleep(ticks);
    mistake_unless(read_time() - begin >= ticks);
  }
}

static atomic_ulong sum;
static volatile uint64_t by_lr_sc;

static void count_up(unsigned number) {
  (void)number;
  for (unsigned i = 0; i < 20000; i++) {
    atomic_fetch_add_explicit(&sum, 1, memory_order_relaxed);
    uint64_t value;
    asm volatile(
        "1: lr.d %0, (%1)\n"
        "   addi %0, %0, 1\n"
        "   sc.d %0, %0, (%1)\n"
        "   bnez %0, 1b\n"
        : "=&r"(value)
        : "r"(&by_lr_sc)
        : "memory");
  }
}

static _Alignas(16) uint32_t code[4];

// Hart 0 rewrites a function that all have just run.
static void run_new_code(unsigned number) {
  for (unsigned round = 0; round < ROUNDS; round++) {
    if (number == 0) {
      write_function(code, round);
      asm volatile("fence.i" : : : "memory");
      mistake_unless(sbi_remote_fence_i(0, UINT64_MAX) == SBI_SUCCESS);
    }
    barrier_wait(&barrier);
    mistake_unless(((long (*)(void))code)() == round);
    barrier_wait(&barrier);
  }
}

static _Alignas(PAGE_SIZE) uint64_t frames[2][PAGE_SIZE / 8];
static struct pages pages;

#define WINDOW 0x1000000000ul

// Hart 0 changes a page table entry that all have just used.
static void see_new_pages(unsigned number) {
  mistake_unless(pages_enable(&pages));
  for (unsigned round = 0; round < ROUNDS; round++) {
    if (number == 0) {
      pages_map_one(&pages, WINDOW, (uint64_t)frames[round % 2], 0, PAGE_DATA);
      sfence_vma();
      mistake_unless(sbi_remote_sfence_vma(0, UINT64_MAX, WINDOW, PAGE_SIZE) == SBI_SUCCESS);
    }
    barrier_wait(&barrier);
    mistake_unless(*(volatile uint64_t *)WINDOW == round % 2);
    barrier_wait(&barrier);
  }
  pages_disable();
}

void check_harts(void) {
  count = harts_count();
  csr_write(sie, 0);
  check_states();
  check_start_stop();
  check("barrier", on_all(meet));
  check("ipi-around", on_all(pass_on));
  csr_write(sie, 0);
  check("timers-of-all-harts", on_all(sleep_often));
  on_all(count_up);
  check("amo-from-all-harts", atomic_load(&sum) == 20000ul * count);
  check("lr-sc-from-all-harts", by_lr_sc == 20000ul * count);
  check("remote-fence.i", on_all(run_new_code));
  pages = pages_new(SV39);
  pages_map_board(&pages);
  frames[1][0] = 1;
  check("remote-sfence.vma", on_all(see_new_pages));
  check("hsm-all-stopped-again", harts_count() == 1 || on_all(arrive));
}
