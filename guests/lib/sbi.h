// SPDX-License-Identifier: Apache-2.0
#pragma once

// Calls to the firmware (RISC-V Supervisor Binary Interface 2.0).

#include <stdint.h>

enum sbi_extension {
  SBI_BASE = 0x10,
  SBI_TIME = 0x54494d45,
  SBI_IPI = 0x735049,
  SBI_RFENCE = 0x52464e43,
  SBI_HSM = 0x48534d,
  SBI_SRST = 0x53525354,
  SBI_DBCN = 0x4442434e,
};

enum sbi_error {
  SBI_SUCCESS = 0,
  SBI_NOT_SUPPORTED = -2,
  SBI_INVALID_PARAMETER = -3,
  SBI_INVALID_ADDRESS = -5,
  SBI_ALREADY_AVAILABLE = -6,
};

enum sbi_hart_state { SBI_HART_STARTED = 0, SBI_HART_STOPPED = 1, SBI_HART_START_PENDING = 2 };

struct sbi_result {
  long error;
  long value;
};

static inline struct sbi_result sbi_call(
    long extension, long function, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth,
    uint64_t fifth) {
  register uint64_t a0 asm("a0") = first;
  register uint64_t a1 asm("a1") = second;
  register uint64_t a2 asm("a2") = third;
  register uint64_t a3 asm("a3") = fourth;
  register uint64_t a4 asm("a4") = fifth;
  register long a6 asm("a6") = function;
  register long a7 asm("a7") = extension;
  asm volatile("ecall"
               : "+r"(a0), "+r"(a1)
               : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
               : "memory");
  return (struct sbi_result){(long)a0, (long)a1};
}

static inline struct sbi_result sbi_base(long function, uint64_t argument) {
  return sbi_call(SBI_BASE, function, argument, 0, 0, 0, 0);
}

// Returns nonzero if the firmware has the extension.
static inline long sbi_probe(long extension) { return sbi_base(3, (uint64_t)extension).value; }

static inline long sbi_set_timer(uint64_t deadline) {
  return sbi_call(SBI_TIME, 0, deadline, 0, 0, 0, 0).error;
}

// Names harts `base` + i for every bit i that is set; base -1 means all.
static inline long sbi_send_ipi(uint64_t mask, uint64_t base) {
  return sbi_call(SBI_IPI, 0, mask, base, 0, 0, 0).error;
}

static inline long sbi_remote_fence_i(uint64_t mask, uint64_t base) {
  return sbi_call(SBI_RFENCE, 0, mask, base, 0, 0, 0).error;
}

static inline long sbi_remote_sfence_vma(
    uint64_t mask, uint64_t base, uint64_t address, uint64_t size) {
  return sbi_call(SBI_RFENCE, 1, mask, base, address, size, 0).error;
}

static inline long sbi_hart_start(uint64_t hart, uint64_t entry, uint64_t opaque) {
  return sbi_call(SBI_HSM, 0, hart, entry, opaque, 0, 0).error;
}

static inline long sbi_hart_stop(void) { return sbi_call(SBI_HSM, 1, 0, 0, 0, 0, 0).error; }

static inline struct sbi_result sbi_hart_status(uint64_t hart) {
  return sbi_call(SBI_HSM, 2, hart, 0, 0, 0, 0);
}

static inline struct sbi_result sbi_console_write(const char *bytes, uint64_t size) {
  return sbi_call(SBI_DBCN, 0, size, (uint64_t)bytes, 0, 0, 0);
}
