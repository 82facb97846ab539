// SPDX-License-Identifier: Apache-2.0

// Zicond, Zimop, Zcb, Zcmop, Zfa and Zfhmin, as words, because compilers of -march=rv64gc do not know
// them. Compressed ones work on a0 and a1.
#include "selftest.h"

#include "csr.h"
#include "traps.h"

#define INVALID 16

#define RR(word, left, right)                                                             \
  ({                                                                                      \
    uint64_t result;                                                                      \
    asm volatile(".insn r " word ", %0, %1, %2" : "=r"(result) : "r"(left), "r"(right));  \
    result;                                                                               \
  })
#define SHORT(word, left, right)                                                      \
  ({                                                                                  \
    register uint64_t a0 asm("a0") = (left);                                          \
    register uint64_t a1 asm("a1") = (uint64_t)(right);                               \
    asm volatile(".2byte " word : "+r"(a0) : "r"(a1) : "memory");                     \
    a0;                                                                               \
  })
// From a register as a double, or as whatever it holds, to one.
#define FLOAT(word, from)                                                    \
  ({                                                                         \
    uint64_t result;                                                         \
    asm volatile("fmv.d.x ft0, %1\n .insn r 0x53, " word "\n fmv.x.d %0, ft1" \
                 : "=r"(result)                                              \
                 : "r"(from)                                                 \
                 : "ft0", "ft1");                                            \
    result;                                                                  \
  })

static _Alignas(4096) uint8_t area[2 * 4096];

static void check_integers(void) {
  check("czero", RR("0x33, 5, 7", 5ul, 0ul) == 0 && RR("0x33, 5, 7", 5ul, 1ul) == 5 &&
                     RR("0x33, 7, 7", 5ul, 0ul) == 5 && RR("0x33, 7, 7", 5ul, 1ul) == 0);
  uint64_t once = 5, twice = 5;
  asm volatile(".insn i 0x73, 4, %0, %0, -0x7e4" : "+r"(once));   // mop.r.0
  asm volatile(".insn r 0x73, 4, 0x41, %0, %0, %0" : "+r"(twice)); // mop.rr.0
  check("mop", once == 0 && twice == 0);
  check("c-mop", SHORT("0x6081", 5ul, 7ul) == 5);
}

static void check_compressed(void) {
  area[0] = 0x81;
  area[1] = 0x92;
  area[2] = 0xa3;
  area[3] = 0xb4;
  check("c-loads", SHORT("0x81e8", 0ul, area) == 0xb4 && SHORT("0x85a8", 0ul, area) == 0xb4a3 &&
                       SHORT("0x85e8", 0ul, area) == 0xffffffffffffb4a3);
  SHORT("0x89c8", 0x1234ul, area);  // c.sb 1
  SHORT("0x8da8", 0x5678ul, area);  // c.sh 2
  check("c-stores", area[0] == 0x81 && area[1] == 0x34 && area[2] == 0x78 && area[3] == 0x56);
  const uint64_t value = 0x8182838485868788;
  check("c-unary", SHORT("0x9d61", value, 0) == 0x88 &&
                       SHORT("0x9d65", value, 0) == 0xffffffffffffff88 &&
                       SHORT("0x9d69", value, 0) == 0x8788 &&
                       SHORT("0x9d6d", value, 0) == 0xffffffffffff8788 &&
                       SHORT("0x9d71", value, 0) == 0x85868788 &&
                       SHORT("0x9d75", value, 0) == ~value);
  check("c-mul", SHORT("0x9d4d", 6ul, 7ul) == 42);
}

static void check_floats(void) {
  csr_write(fcsr, 0);
  check("fli", FLOAT("0, 0x79, ft1, f18, f1", 0ul) == 0x3ff8000000000000 &&
                   FLOAT("0, 0x78, ft1, f0, f1", 0ul) == 0xffffffffbf800000);
  check("fround", FLOAT("0, 0x21, ft1, ft0, f4", 0x4004000000000000) == 0x4000000000000000 &&
                      FLOAT("3, 0x21, ft1, ft0, f4", 0x4004000000000000) == 0x4008000000000000 &&
                      csr_read(fcsr) == 0);
  uint64_t modulo;
  asm volatile("fmv.d.x ft0, %1\n .insn r 0x53, 1, 0x61, %0, ft0, f8"
               : "=r"(modulo)
               : "r"(0x41f0000000500000)  // 2^32 + 5
               : "ft0");
  check("fcvtmod", modulo == 5 && csr_read(fcsr) == INVALID);
  csr_write(fcsr, 0);
}

static uint64_t half_load(const void *from) {
  uint64_t result;
  asm volatile(".insn i 0x07, 1, ft0, 0(%1)\n fmv.x.d %0, ft0" : "=r"(result) : "r"(from) : "ft0", "memory");
  return result;
}

static void half_store(void *to, uint64_t value) {
  asm volatile("fmv.d.x ft0, %1\n .insn s 0x27, 1, ft0, 0(%0)" : : "r"(to), "r"(value) : "ft0", "memory");
}

static void check_halves(void) {
  bool same = true;
  for (unsigned at = 4094; at <= 4097; at++) {
    half_store(area + at, 0xfffff00d | at << 4);
    same &= half_load(area + at) == (0xffffffffffff0000 | ((0xf00d | at << 4) & 0xffff));
  }
  check("half-load-store", same);
  check_trap("half-load-nowhere", PROBE(half_load((void *)NOWHERE)), LOAD_ACCESS, NOWHERE);
  check("half-convert", FLOAT("0, 0x22, ft1, ft0, f1", 0x3ff8000000000000) == 0xffffffffffff3e00 &&
                            FLOAT("0, 0x21, ft1, ft0, f2", 0xffffffffffff3e00) == 0x3ff8000000000000 &&
                            FLOAT("0, 0x21, ft1, ft0, f2", 0x3e00) == 0x7ff8000000000000);
  csr_clear(sstatus, SSTATUS_FS);
  struct probe off = PROBE(half_load(area));
  csr_set(sstatus, SSTATUS_FS_INITIAL);
  check("half-off", off.count == 2 && off.cause == ILLEGAL_INSTRUCTION);  // and fmv.x.d
}

void check_extensions(void) {
  if (qemu_differs("extensions", "it has few of them")) {
    return;
  }
  check_integers();
  check_compressed();
  check_floats();
  check_halves();
}
