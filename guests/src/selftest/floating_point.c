// SPDX-License-Identifier: Apache-2.0
#include "selftest.h"

#include "csr.h"
#include "traps.h"

#define INEXACT 1
#define DIVIDE_BY_ZERO 8
#define INVALID 16

static uint64_t bits(double value) {
  uint64_t result;
  asm volatile("fmv.x.d %0, %1" : "=r"(result) : "f"(value));
  return result;
}

static double divide(double left, double right) {
  double result;
  asm volatile("fdiv.d %0, %1, %2" : "=f"(result) : "f"(left), "f"(right));
  return result;
}

static bool flags_are(uint64_t expected) { return (csr_read(fcsr) & 31) == expected; }

#define TO_INT(value, mode)                                                         \
  ({                                                                                \
    long rounded;                                                                   \
    asm volatile("fcvt.l.d %0, %1, " mode : "=r"(rounded) : "f"((double)(value)));  \
    rounded;                                                                        \
  })

void check_floating_point(void) {
  csr_write(fcsr, 0);
  check("fp-divide-by-zero", bits(divide(1.0, 0.0)) == 0x7ff0000000000000 &&
                                 flags_are(DIVIDE_BY_ZERO));
  csr_write(fcsr, 0);
  check("fp-invalid-gives-canonical-nan",
        bits(divide(0.0, 0.0)) == 0x7ff8000000000000 && flags_are(INVALID));
  csr_write(fcsr, 0);
  check("fp-inexact", bits(divide(1.0, 3.0)) == 0x3fd5555555555555 && flags_are(INEXACT));
  check("fp-rounding-modes",
        TO_INT(2.5, "rne") == 2 && TO_INT(-2.5, "rtz") == -2 && TO_INT(-2.5, "rdn") == -3 &&
            TO_INT(2.1, "rup") == 3 && TO_INT(2.5, "rmm") == 3);
  csr_write(fcsr, 3 << 5);  // dynamic: up
  bool up = bits(divide(1.0, 3.0)) == 0x3fd5555555555556;
  csr_write(fcsr, 0);
  check("fp-dynamic-rounding", up);

  uint64_t boxed, unboxed;
  asm volatile(
      "fcvt.s.w ft0, %2\n"
      "fmv.x.d %0, ft0\n"
      "fmv.d.x ft1, %2\n"  // not a boxed single: counts as NaN
      "fadd.s ft1, ft1, ft0\n"
      "fmv.x.w %1, ft1\n"
      : "=r"(boxed), "=r"(unboxed)
      : "r"(1ul)
      : "ft0", "ft1");
  check("fp-nan-boxing", boxed == 0xffffffff3f800000 && unboxed == 0x7fc00000);

  csr_write(fcsr, 5 << 5);
  struct probe reserved = PROBE(asm volatile("fadd.d ft0, ft0, ft0" : : : "ft0"));
  csr_write(fcsr, 0);
  check("fp-reserved-rounding-mode",
        reserved.count == 1 && reserved.cause == ILLEGAL_INSTRUCTION);

  csr_clear(sstatus, SSTATUS_FS);
  struct probe off = PROBE(asm volatile("fmv.d.x ft0, zero" : : : "ft0"));
  struct probe no_csr = PROBE(csr_write(fcsr, 0));
  csr_set(sstatus, SSTATUS_FS_INITIAL);
  check("fp-off", off.count == 1 && off.cause == ILLEGAL_INSTRUCTION && no_csr.count == 1 &&
                      no_csr.cause == ILLEGAL_INSTRUCTION);
  asm volatile("fmv.d.x ft0, zero" : : : "ft0");
  uint64_t status = csr_read(sstatus);
  check("fp-dirty", (status & SSTATUS_FS) == SSTATUS_FS && status >> 63 == 1);
}
