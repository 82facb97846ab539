// SPDX-License-Identifier: Apache-2.0
#include "selftest.h"

#include "board.h"
#include "csr.h"
#include "pages.h"
#include "traps.h"
#include "user.h"

// Two physical pages, told apart by their first word.
static _Alignas(PAGE_SIZE) uint64_t one[PAGE_SIZE / 8];
static _Alignas(PAGE_SIZE) uint64_t two[PAGE_SIZE / 8];

#define WINDOW 0x1000000000ul       // where a check maps what it needs
#define USER_IMAGE 0x2000000000ul   // plus any address in RAM: the same memory, for user mode
#define GIGABYTE (1ul << 30)

static struct pages pages;

// Maps one 4 KiB page at the window and forgets earlier mappings, so that each check starts afresh.
static void window(const uint64_t *page, uint64_t flags) {
  pages_map_one(&pages, WINDOW, (uint64_t)page, 0, flags);
  sfence_vma();
}

static uint64_t load(uint64_t address) { return *(volatile uint64_t *)address; }

static void check_translation(void) {
  window(one, PAGE_DATA);
  pages_map_one(&pages, WINDOW + PAGE_SIZE, (uint64_t)two, 0, PAGE_DATA);
  pages_map_one(&pages, WINDOW + 2 * PAGE_SIZE, (uint64_t)one, 0, PAGE_DATA);
  sfence_vma();
  *(volatile uint64_t *)(WINDOW + 8) = 99;
  check("maps", load(WINDOW) == 1 && load(WINDOW + PAGE_SIZE) == 2 && one[1] == 99 &&
                    load(WINDOW + 2 * PAGE_SIZE + 8) == 99);

  // Eight bytes, four of them at the end of one page and four in another that is elsewhere in RAM.
  uint64_t seam = WINDOW + PAGE_SIZE - 4;
  uint64_t value = 0x1122334455667788;
  asm volatile("sd %0, (%1)" : : "r"(value), "r"(seam) : "memory");
  uint64_t back;
  asm volatile("ld %0, (%1)" : "=r"(back) : "r"(seam) : "memory");
  check("misaligned-across-pages", back == value && one[511] >> 32 == 0x55667788 &&
                                       (two[0] & 0xffffffff) == 0x11223344);
  two[0] = 2;

  pages_unmap(&pages, WINDOW + PAGE_SIZE, PAGE_SIZE);
  sfence_vma();
  struct probe seen =
      PROBE(asm volatile("ld %0, (%1)" : "=r"(back) : "r"(seam) : "memory"));
  check_trap("fault-in-the-second-page", seen, LOAD_PAGE_FAULT, WINDOW + PAGE_SIZE);
}

static void check_permissions(void) {
  uint64_t at = WINDOW + 0x123;
  pages_unmap(&pages, WINDOW, PAGE_SIZE);
  sfence_vma();
  check_trap("unmapped-load", probe_load(at), LOAD_PAGE_FAULT, at);
  check_trap("unmapped-store", probe_store(at), STORE_PAGE_FAULT, at);
  if (!qemu_differs("unmapped-amo", "a load page fault with one hart")) {
    check_trap("unmapped-amo",
               PROBE(asm volatile("amoor.d zero, zero, (%0)" : : "r"(WINDOW) : "memory")),
               STORE_PAGE_FAULT, WINDOW);
  }
  check_trap("unmapped-fetch", probe_call(WINDOW), FETCH_PAGE_FAULT, WINDOW);

  window(one, PAGE_READ | PAGE_ACCESSED | PAGE_DIRTY);
  check_no_trap("read-only-load", probe_load(at));
  check_trap("read-only-store", probe_store(at), STORE_PAGE_FAULT, at);
  window(one, PAGE_DATA);
  check_trap("data-fetch", probe_call(WINDOW), FETCH_PAGE_FAULT, WINDOW);
  window(one, PAGE_WRITE | PAGE_ACCESSED | PAGE_DIRTY);
  check_trap("write-without-read", probe_load(at), LOAD_PAGE_FAULT, at);

  write_function((uint32_t *)two + 4, 123);
  asm volatile("fence.i" : : : "memory");
  window(two, PAGE_EXECUTE | PAGE_ACCESSED);
  check("execute-only-fetch", ((long (*)(void))(WINDOW + 16))() == 123);
  check_trap("execute-only-load", probe_load(at), LOAD_PAGE_FAULT, at);
  csr_set(sstatus, SSTATUS_MXR);
  check_no_trap("execute-only-load-with-mxr", probe_load(at));
  csr_clear(sstatus, SSTATUS_MXR);

  // An instruction whose second half lies in a page that is not mapped.
  uint16_t *halves = (uint16_t *)two;
  halves[2047] = 0x0513;  // the lower half of li a0, n
  asm volatile("fence.i" : : : "memory");
  struct probe seen = probe_call(WINDOW + PAGE_SIZE - 2);
  check("fetch-fault-in-the-second-page",
        seen.count == 1 && seen.cause == FETCH_PAGE_FAULT && seen.pc == WINDOW + PAGE_SIZE - 2 &&
            seen.value == WINDOW + PAGE_SIZE);
}

static long load_byte(long address, long unused) {
  (void)unused;
  return *(volatile uint8_t *)address;
}

static void check_user_pages(void) {
  uint64_t function = WINDOW + 16;  // check_permissions() left it there
  window(two, PAGE_ALL | PAGE_USER);
  check_trap("user-page-from-supervisor", probe_load(WINDOW), LOAD_PAGE_FAULT, WINDOW);
  csr_set(sstatus, SSTATUS_SUM);
  check_trap("user-page-fetch-with-sum", probe_call(function), FETCH_PAGE_FAULT, function);
  check_no_trap("user-page-with-sum", probe_load(WINDOW));
  if (!qemu_differs("user-page-fetch-after-a-load", "executes the page")) {
    check_trap("user-page-fetch-after-a-load", probe_call(function), FETCH_PAGE_FAULT, function);
  }
  csr_clear(sstatus, SSTATUS_SUM);

  pages_map_one(&pages, USER_IMAGE + BOARD_RAM, BOARD_RAM, 2, PAGE_ALL | PAGE_USER);
  sfence_vma();
  user_offset = USER_IMAGE;
  check("user-loads-user-page", user_call(load_byte, (long)WINDOW, 0) == 2);
  struct probe seen = PROBE(user_call(load_byte, (long)one, 0));
  check_trap("user-loads-supervisor-page", seen, LOAD_PAGE_FAULT, (uint64_t)one);
  check("user-fault-is-from-user", seen.user);
  user_offset = 0;
}

static void check_sizes(void) {
  uint64_t offset = (uint64_t)two - BOARD_RAM;
  uint64_t mega = WINDOW + 4 * GIGABYTE, giga = WINDOW + 8 * GIGABYTE;
  pages_map_one(&pages, mega, (uint64_t)two >> 21 << 21, 1, PAGE_DATA);
  pages_map_one(&pages, giga, BOARD_RAM, 2, PAGE_DATA);
  sfence_vma();
  check("megapage", load(mega + (offset & 0x1fffff)) == 2);
  check("gigapage", load(giga + offset) == 2);
  pages_map_one(&pages, mega, ((uint64_t)two >> 21 << 21) + PAGE_SIZE, 1, PAGE_DATA);
  pages_map_one(&pages, giga, BOARD_RAM + (2ul << 20), 2, PAGE_DATA);
  sfence_vma();
  check_trap("misaligned-megapage", probe_load(mega), LOAD_PAGE_FAULT, mega);
  check_trap("misaligned-gigapage", probe_load(giga), LOAD_PAGE_FAULT, giga);
}

static void check_broken_entries(void) {
  window(one, PAGE_DATA | 1ul << 54);
  check_trap("reserved-bits", probe_load(WINDOW), LOAD_PAGE_FAULT, WINDOW);
  uint64_t high = 1ul << (pages.levels == SV39 ? 38 : 47);
  check_trap("address-not-sign-extended", probe_load(high), LOAD_PAGE_FAULT, high);
  pages_map_one(&pages, WINDOW, NOWHERE, 0, PAGE_DATA);
  sfence_vma();
  check_trap("page-of-nothing", probe_load(WINDOW + 1), LOAD_ACCESS, WINDOW + 1);
  // A last-level entry that points to another table.
  pages_map_one(&pages, WINDOW, (uint64_t)one, 0, 0);
  sfence_vma();
  check_trap("pointer-at-the-last-level", probe_load(WINDOW), LOAD_PAGE_FAULT, WINDOW);
}

// Accessed and dirty: either the hart sets these bits, or it faults so that the supervisor can set
// them.
static void check_accessed_dirty(void) {
  window(one, PAGE_READ | PAGE_WRITE);
  uint64_t *entry = pages_entry(&pages, WINDOW);
  struct probe seen = probe_load(WINDOW);
  bool by_hart = seen.count == 0;
  check("accessed", by_hart ? (*entry & (PAGE_ACCESSED | PAGE_DIRTY)) == PAGE_ACCESSED
                            : seen.cause == LOAD_PAGE_FAULT && (*entry & PAGE_ACCESSED) == 0);
  window(one, PAGE_READ | PAGE_WRITE | PAGE_ACCESSED);
  seen = probe_store(WINDOW + 64);
  check("dirty", by_hart ? seen.count == 0 && (*entry & PAGE_DIRTY) != 0
                         : seen.cause == STORE_PAGE_FAULT && (*entry & PAGE_DIRTY) == 0);
  window(one, PAGE_READ | PAGE_WRITE | PAGE_ACCESSED | PAGE_DIRTY);
  check_no_trap("dirty-already", probe_store(WINDOW + 64));

  // An earlier load must not let a later store pass without setting the dirty bit.
  window(one, PAGE_READ | PAGE_WRITE | PAGE_ACCESSED);
  (void)load(WINDOW);
  seen = probe_store(WINDOW + 64);
  check("dirty-after-a-load", by_hart ? seen.count == 0 && (*entry & PAGE_DIRTY) != 0
                                      : seen.cause == STORE_PAGE_FAULT);
}

static void check_sfence(void) {
  uint64_t *entry;
  bool all = true, page = true, asid = true;
  window(one, PAGE_DATA);
  entry = pages_entry(&pages, WINDOW);
  uint64_t to_one = *entry;
  window(two, PAGE_DATA);
  uint64_t to_two = *entry;
  for (unsigned i = 0; i < 100; i++) {
    *entry = to_one;
    sfence_vma();
    all &= load(WINDOW) == 1;
    *entry = to_two;
    sfence_vma_page(WINDOW);
    page &= load(WINDOW) == 2;
    *entry = to_one;
    asm volatile("sfence.vma %0, zero" : : "r"(WINDOW + 0x800) : "memory");
    asid &= load(WINDOW) == 1;
    *entry = to_two;
    asm volatile("sfence.vma zero, %0" : : "r"(0) : "memory");
    asid &= load(WINDOW) == 2;
  }
  check("sfence.vma", all);
  check("sfence.vma-of-a-page", page);
  check("sfence.vma-of-an-address-space", asid);
}

static void check_mode(enum pages_levels levels) {
  pages = pages_new(levels);
  pages_map_board(&pages);
  one[0] = 1;
  two[0] = 2;
  if (!pages_enable(&pages)) {
    check("mode", false);
    return;
  }
  check_translation();
  check_permissions();
  check_user_pages();
  check_sizes();
  check_broken_entries();
  check_accessed_dirty();
  check_sfence();
  // An unknown mode leaves satp as it was.
  uint64_t satp = csr_read(satp);
  csr_write(satp, 15ul << 60);
  check("unknown-mode", csr_read(satp) == satp);
  pages_disable();
  check("off-again", csr_read(satp) == 0);
}

void check_paging(void) {
  prefix("sv39-");
  check_mode(SV39);
  prefix("sv48-");
  check_mode(SV48);
  prefix("");
}
