// SPDX-License-Identifier: Apache-2.0
#pragma once

// The platform-level interrupt controller (RISC-V PLIC Specification 1.0.0). It connects devices'
// wires to the S-mode external interrupt of the calling hart.

#include <stdint.h>

// Routes interrupt `source` (1 to 95) to this hart, at priority 1, and accepts every priority above
// 0. The caller enables INTERRUPT_EXTERNAL in sie.
void plic_enable(unsigned source);
void plic_disable(unsigned source);

// Holds back interrupts of priority `threshold` and below from this hart.
void plic_set_threshold(uint32_t threshold);

// Takes the pending interrupt of the highest priority; 0 if none is pending.
unsigned plic_claim(void);

// Completes `source`: it may come again.
void plic_complete(unsigned source);
