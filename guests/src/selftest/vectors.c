// SPDX-License-Identifier: Apache-2.0

// Vectors as a supervisor sees them: sstatus.VS, traps that name an element, and the CSRs. The
// assembler knows the instructions, compilers of -march=rv64gc do not.
#include "selftest.h"

#include "csr.h"
#include "pages.h"
#include "text.h"
#include "traps.h"
#include "uart.h"

#define WINDOW 0x1000000000ul
#define PAGE 4096ul
#define SSTATUS_VS (3ul << 9)
#define SSTATUS_VS_INITIAL (1ul << 9)
#define SSTATUS_SD (1ul << 63)
#define VILL (1ul << 63)

#define V(text, ...) \
  asm volatile(".option push\n.option arch, +v\n" text "\n.option pop" __VA_ARGS__)

static _Alignas(4096) uint8_t area[2 * PAGE];
static struct pages pages;

static uint64_t vlenb(void) {
  uint64_t bytes;
  V("csrr %0, vlenb", : "=r"(bytes));
  return bytes;
}

static uint64_t vl(void) {
  uint64_t length;
  V("csrr %0, vl", : "=r"(length));
  return length;
}

// Sets vl to as many bytes as eight registers have, and returns them.
static uint64_t set_bytes(void) {
  uint64_t length;
  V("vsetvli %0, zero, e8, m8, ta, ma", : "=r"(length));
  return length;
}

static bool is_illegal(struct probe seen) {
  return seen.count == 1 && seen.cause == ILLEGAL_INSTRUCTION;
}

static void check_status(void) {
  csr_clear(sstatus, SSTATUS_VS);
  check("vector-off", is_illegal(PROBE(V("vsetvli t0, zero, e8, m1, ta, ma", : : : "t0"))));
  check("vector-csr-off", is_illegal(PROBE(vl())));
  check("vector-load-off", is_illegal(PROBE(V("vl1re8.v v0, (%0)", : : "r"(area)))));
  csr_set(sstatus, SSTATUS_VS_INITIAL);
  vl();
  check("vector-clean", (csr_read(sstatus) & SSTATUS_VS) == SSTATUS_VS_INITIAL);
  set_bytes();
  V("vmv.v.i v8, 0");
  uint64_t status = csr_read(sstatus);
  check("vector-dirty", (status & SSTATUS_VS) == SSTATUS_VS && (status & SSTATUS_SD) != 0);
}

static void check_configuration(void) {
  uint64_t bytes = vlenb();
  uint64_t length = set_bytes();
  check("vlenb", bytes >= 16 && (bytes & (bytes - 1)) == 0 && length == 8 * bytes && vl() == length);
  uint64_t type;
  V("vsetvl zero, zero, %1\ncsrr %0, vtype", : "=r"(type) : "r"(-1l));
  check("vill", type == VILL && vl() == 0);
  check("vill-illegal", is_illegal(PROBE(V("vadd.vv v1, v2, v3"))));
}

static void check_faults(void) {
  uint64_t vstart;
  set_bytes();
  check_trap("vector-load-nowhere", PROBE(V("vle8.v v8, (%0)", : : "r"(NOWHERE))), LOAD_ACCESS,
             NOWHERE);
  pages = pages_new(SV39);
  pages_map_board(&pages);
  if (!pages_enable(&pages)) {
    return;
  }
  pages_map_one(&pages, WINDOW, (uint64_t)area, 0, PAGE_READ | PAGE_WRITE | PAGE_ACCESSED);
  sfence_vma();
  for (unsigned i = 0; i < sizeof area; i++) {
    area[i] = (uint8_t)i;
  }
  uint64_t at = WINDOW + PAGE - 5;
  struct probe seen = PROBE(V("vle8.v v8, (%0)", : : "r"(at)));
  V("csrr %0, vstart", : "=r"(vstart));
  check_trap("vector-load-second-page", seen, LOAD_PAGE_FAULT, WINDOW + PAGE);
  check("vstart", vstart == 5);
  pages_map_one(&pages, WINDOW + PAGE, (uint64_t)area + PAGE, 0, PAGE_READ | PAGE_ACCESSED);
  sfence_vma();
  // It goes on with the second page: the first may be another one by now.
  area[PAGE - 1]++;
  V("vle8.v v8, (%0)", : : "r"(at));
  static uint8_t seen_bytes[8];
  V("vsetivli zero, 8, e8, m1, ta, ma\nvse8.v v8, (%0)", : : "r"(seen_bytes) : "memory");
  check("vector-load-resumed",
        seen_bytes[4] == (uint8_t)(PAGE - 1) && seen_bytes[5] == (uint8_t)PAGE);
  check_trap("vector-store-read-only", PROBE(V("vse8.v v8, (%0)", : : "r"(at) : "memory")),
             STORE_PAGE_FAULT, WINDOW + PAGE);
  V("csrw vstart, zero");
  pages_disable();
}

static void check_device(void) {
  if (qemu_differs("vector-device", "it loads elements from devices")) {
    return;
  }
  set_bytes();
  check_trap("vector-device", PROBE(V("vle8.v v8, (%0)", : : "r"((uint64_t)BOARD_UART))),
             LOAD_ACCESS, BOARD_UART);
}

void check_vectors(void) {
  if (!text_uses_vectors) {
    skip("vectors", "the board has none");
    return;
  }
  text_uses_vectors = false;  // or each line that is printed would change vl and vstart
  check_status();
  check_configuration();
  check_faults();
  check_device();
  text_uses_vectors = true;
}
