// SPDX-License-Identifier: Apache-2.0
#include "selftest.h"

#include "text.h"
#include "traps.h"

static _Alignas(4096) uint8_t area[3 * 4096];
static _Alignas(16) uint32_t code[4];

#define LOAD(instruction, address)                                                            \
  ({                                                                                          \
    uint64_t loaded;                                                                          \
    asm volatile(instruction " %0, (%1)" : "=r"(loaded) : "r"(address) : "memory");          \
    loaded;                                                                                   \
  })
#define STORE(instruction, address, value) \
  asm volatile(instruction " %0, (%1)" : : "r"(value), "r"(address) : "memory")

// Returns little-endian bytes of `area`, without sign extension.
static uint64_t bytes_at(unsigned at, unsigned count) {
  uint64_t value = 0;
  for (unsigned i = 0; i < count; i++) {
    value |= (uint64_t)area[at + i] << 8 * i;
  }
  return value;
}

static bool loads_are_right(unsigned at) {
  const uint8_t *p = area + at;
  uint64_t b2 = bytes_at(at, 2), b4 = bytes_at(at, 4), b8 = bytes_at(at, 8);
  return LOAD("lh", p) == (uint64_t)(int16_t)b2 && LOAD("lhu", p) == b2 &&
         LOAD("lw", p) == (uint64_t)(int32_t)b4 && LOAD("lwu", p) == b4 && LOAD("ld", p) == b8;
}

static bool stores_are_right(unsigned at) {
  const uint64_t value = 0xf1e2d3c4b5a69788;
  uint64_t before = bytes_at(at - 8, 8), behind;
  STORE("sd", area + at, value);
  bool right = bytes_at(at, 8) == value;
  behind = bytes_at(at + 4, 8);
  STORE("sw", area + at, ~value);
  right &= bytes_at(at, 4) == (~value & 0xffffffff) && bytes_at(at + 4, 8) == behind;
  behind = bytes_at(at + 2, 8);
  STORE("sh", area + at, 0x1234ul);
  return right && bytes_at(at, 2) == 0x1234 && bytes_at(at + 2, 8) == behind &&
         bytes_at(at - 8, 8) == before;
}

static void check_misaligned(void) {
  for (unsigned i = 0; i < sizeof area; i++) {
    area[i] = (uint8_t)(i * 151 + 77);
  }
  bool loads = true, stores = true;
  struct probe seen = PROBE({
    for (unsigned at = 64; at < 80; at++) {
      loads &= loads_are_right(at);
      stores &= stores_are_right(at);
    }
  });
  check_no_trap("misaligned-without-traps", seen);
  check("misaligned-loads", loads);
  check("misaligned-stores", stores);
  loads = stores = true;
  for (unsigned at = 4096 - 9; at < 4096 + 2; at++) {
    loads &= loads_are_right(at);
    stores &= stores_are_right(at);
  }
  check("misaligned-across-pages", loads && stores);
  if (!qemu_differs("misaligned-amo", "no trap with one hart")) {
    struct probe amo =
        PROBE(asm volatile("amoadd.w zero, zero, (%0)" : : "r"(area + 2) : "memory"));
    check("misaligned-amo",
          amo.count == 1 && (amo.cause == STORE_MISALIGNED || amo.cause == STORE_ACCESS) &&
              amo.value == (uint64_t)(area + 2));
  }
  struct probe lr = PROBE(LOAD("lr.d", area + 4));
  check("misaligned-lr", lr.count == 1 &&
                             (lr.cause == LOAD_MISALIGNED || lr.cause == LOAD_ACCESS) &&
                             lr.value == (uint64_t)(area + 4));
}

// `old` and `result` are the values in memory before and after the operation, both as 64-bit
// patterns.
#define AMO_IS(instruction, type, memory, operand, old, result)                                 \
  ({                                                                                            \
    _Alignas(8) volatile type word = (type)(memory);                                            \
    uint64_t found;                                                                             \
    asm volatile(instruction " %0, %1, (%2)"                                                    \
                 : "=r"(found)                                                                  \
                 : "r"((uint64_t)(operand)), "r"(&word)                                         \
                 : "memory");                                                                   \
    found == (uint64_t)(old) && word == (type)(result);                                         \
  })

static void check_atomics(void) {
  const int64_t m = -5;
  check("amo-word", AMO_IS("amoswap.w", int32_t, m, 9, m, 9) &&
                        AMO_IS("amoadd.w", int32_t, INT32_MAX, 1, INT32_MAX, INT32_MIN) &&
                        AMO_IS("amoxor.w", int32_t, m, 1, m, m ^ 1) &&
                        AMO_IS("amoand.w", int32_t, m, 7, m, m & 7) &&
                        AMO_IS("amoor.w", int32_t, m, 4, m, m | 4) &&
                        AMO_IS("amomin.w", int32_t, m, 3, m, m) &&
                        AMO_IS("amomax.w", int32_t, m, 3, m, 3) &&
                        AMO_IS("amominu.w", int32_t, m, 3, m, 3) &&
                        AMO_IS("amomaxu.w", int32_t, m, 3, m, m));
  check("amo-double", AMO_IS("amoswap.d", int64_t, m, 9, m, 9) &&
                          AMO_IS("amoadd.d", int64_t, INT64_MAX, 1, INT64_MAX, INT64_MIN) &&
                          AMO_IS("amoxor.d", int64_t, m, 1, m, m ^ 1) &&
                          AMO_IS("amoand.d", int64_t, m, 7, m, m & 7) &&
                          AMO_IS("amoor.d", int64_t, m, 4, m, m | 4) &&
                          AMO_IS("amomin.d", int64_t, m, 3, m, m) &&
                          AMO_IS("amomax.d", int64_t, m, 3, m, 3) &&
                          AMO_IS("amominu.d", int64_t, m, 3, m, 3) &&
                          AMO_IS("amomaxu.d", int64_t, m, 3, m, m));

  volatile uint64_t word = 1;
  uint64_t loaded, first, second, elsewhere;
  asm volatile(
      "lr.d %0, (%4)\n"
      "sc.d %1, %5, (%4)\n"
      "sc.d %2, %6, (%4)\n"
      "lr.d %0, (%4)\n"
      "sc.d %3, %6, (%7)\n"
      : "=&r"(loaded), "=&r"(first), "=&r"(second), "=&r"(elsewhere)
      : "r"(&word), "r"(2ul), "r"(3ul), "r"(area + 4096)
      : "memory");
  check("sc-after-lr", first == 0 && loaded == 2 && word == 2);
  check("sc-without-reservation", second != 0);
  check("sc-to-another-address", elsewhere != 0);
}

void write_function(uint32_t *at, uint32_t value) {
  at[0] = value << 20 | 10 << 7 | 0x13;  // li a0, value
  at[1] = 0x00008067;                    // ret
}

static void check_self_modifying(void) {
  bool right = true;
  for (uint32_t i = 0; i < 1000; i++) {
    write_function(code, i);
    asm volatile("fence.i" : : : "memory");
    right &= ((long (*)(void))code)() == i;
  }
  check("fence.i", right);
}

// Checks the guest's own memcpy and related functions, at every alignment.
static void check_library(void) {
  bool right = true;
  for (unsigned size = 0; size < 150; size++) {
    unsigned from = size % 9, to = size % 7;
    for (unsigned i = 0; i < 200; i++) {
      area[i] = (uint8_t)(i + size);
      area[4096 + i] = 0;
    }
    memcpy(area + 4096 + to, area + from, size);
    right &= memcmp(area + 4096 + to, area + from, size) == 0 && area[4096 + to + size] == 0;
    memmove(area + to, area + from, size);
    right &= memcmp(area + 4096 + to, area + to, size) == 0;
    memset(area + from, 'x', size);
    area[from + size] = 0;
    right &= strlen((const char *)area + from) == size;
  }
  check("guest-library", right);
}

void check_memory(void) {
  check_misaligned();
  check_atomics();
  check_self_modifying();
  check_library();
}
