// SPDX-License-Identifier: Apache-2.0
#pragma once

// The platform-level interrupt controller (RISC-V PLIC Specification 1.0.0): wires of devices to a
// hart's S-mode external interrupt. The hart is always the one that calls.

#include <stdint.h>

// Sends interrupt `source` (1 to 95) to this hart, at priority 1, and lets every priority above 0
// through. The caller enables INTERRUPT_EXTERNAL in sie.
void plic_enable(unsigned source);
void plic_disable(unsigned source);

// Interrupts of priority `threshold` and below are held back from this hart.
void plic_set_threshold(uint32_t threshold);

// Takes the pending interrupt of the highest priority; 0 where there is none.
unsigned plic_claim(void);

// Done with `source`: it may come again.
void plic_complete(unsigned source);
