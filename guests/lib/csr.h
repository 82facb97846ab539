// SPDX-License-Identifier: Apache-2.0
#pragma once

// Control and status registers, the bits that guests use, and the counters.

#include <stdint.h>

#define csr_read(name)                                            \
  ({                                                              \
    uint64_t csr_value;                                           \
    asm volatile("csrr %0, " #name : "=r"(csr_value) : : "memory"); \
    csr_value;                                                    \
  })
#define csr_write(name, value) \
  asm volatile("csrw " #name ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define csr_set(name, bits) asm volatile("csrs " #name ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#define csr_clear(name, bits) \
  asm volatile("csrc " #name ", %0" : : "rK"((uint64_t)(bits)) : "memory")

#define SSTATUS_SIE (1ul << 1)
#define SSTATUS_SPIE (1ul << 5)
#define SSTATUS_SPP (1ul << 8)
#define SSTATUS_FS (3ul << 13)
#define SSTATUS_FS_INITIAL (1ul << 13)
#define SSTATUS_SUM (1ul << 18)
#define SSTATUS_MXR (1ul << 19)

// Bits of sie and sip; the same numbers are the interrupts' causes.
#define INTERRUPT_SOFTWARE 1
#define INTERRUPT_TIMER 5
#define INTERRUPT_EXTERNAL 9

static inline void interrupts_on(void) { csr_set(sstatus, SSTATUS_SIE); }
static inline void interrupts_off(void) { csr_clear(sstatus, SSTATUS_SIE); }

// Sleeps until an interrupt that sie enables is pending, whether or not sstatus.SIE lets it trap.
static inline void wait_for_interrupt(void) { asm volatile("wfi" : : : "memory"); }

static inline uint64_t read_cycle(void) { return csr_read(cycle); }
static inline uint64_t read_time(void) { return csr_read(time); }
static inline uint64_t read_instret(void) { return csr_read(instret); }
