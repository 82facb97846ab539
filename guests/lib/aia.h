// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Advanced Interrupt Architecture (RISC-V AIA 1.0), for boards that have it instead of a PLIC.
// It has the calling hart's interrupt file, messages to other harts, and the APLIC, which turns
// wires into messages.

#include "board.h"

#include <stdbool.h>
#include <stdint.h>

// Registers of an interrupt file; for arrays, the first register.
enum imsic_register {
  EIDELIVERY = 0x70,
  EITHRESHOLD = 0x72,
  EIP = 0x80,
  EIE = 0xc0,
};

// Offsets in the APLIC's control region; arrays are indexed by source or by word.
enum aplic_register {
  DOMAINCFG = 0x0000,
  SOURCECFG = 0x0000,
  SETIP = 0x1c00,
  SETIPNUM = 0x1cdc,
  IN_CLRIP = 0x1d00,
  SETIENUM = 0x1edc,
  CLRIENUM = 0x1fdc,
  GENMSI = 0x3000,
  TARGET = 0x3000,
};

#define DOMAINCFG_IE 0x100u
#define SOURCE_EDGE_HIGH 4u
#define SOURCE_LEVEL_HIGH 6u

// Returns whether the device tree has an APLIC. Such a board has no PLIC for S-mode.
bool aia_is_there(void);

static inline void siselect_write(uint64_t value) {
  asm volatile("csrw 0x150, %0" : : "r"(value) : "memory");
}

static inline uint64_t siselect_read(void) {
  uint64_t value;
  asm volatile("csrr %0, 0x150" : "=r"(value) : : "memory");
  return value;
}

// Accesses the register that siselect selects.
static inline uint64_t sireg_read(void) {
  uint64_t value;
  asm volatile("csrr %0, 0x151" : "=r"(value) : : "memory");
  return value;
}

static inline void sireg_write(uint64_t value) {
  asm volatile("csrw 0x151, %0" : : "r"(value) : "memory");
}

static inline uint64_t stopei_read(void) {
  uint64_t value;
  asm volatile("csrr %0, 0x15c" : "=r"(value) : : "memory");
  return value;
}

static inline uint64_t stopi_read(void) {
  uint64_t value;
  asm volatile("csrr %0, 0xdb0" : "=r"(value) : : "memory");
  return value;
}

static inline uint64_t imsic_read(unsigned number) {
  siselect_write(number);
  return sireg_read();
}

static inline void imsic_write(unsigned number, uint64_t value) {
  siselect_write(number);
  sireg_write(value);
}

// Enables identity 1 to 255 in this hart's interrupt file, and turns delivery on. The caller
// enables INTERRUPT_EXTERNAL in sie.
void imsic_enable(unsigned identity);

// Takes the pending and enabled identity of the highest priority, which is the lowest one; 0 if
// none is pending.
unsigned imsic_claim(void);

// Sends a message to a hart.
static inline void imsic_send(uint64_t hart, uint32_t identity) {
  *(volatile uint32_t *)(BOARD_IMSIC + hart * 0x1000) = identity;
}

static inline volatile uint32_t *aplic_word(uint64_t offset) {
  return (volatile uint32_t *)(BOARD_APLIC + offset);
}

// Routes a source's interrupts to a hart, as messages with that identity. `mode` is as in
// sourcecfg.
void aplic_route(unsigned source, uint32_t mode, uint64_t hart, unsigned identity);
