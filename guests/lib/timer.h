// SPDX-License-Identifier: Apache-2.0
#pragma once

// The hart's timer: stimecmp if the device tree names Sstc, otherwise the firmware's timer (SBI
// TIME). Deadlines are values of `time`, in ticks of BOARD_TICKS_PER_SECOND.

#include <stdbool.h>
#include <stdint.h>

// Returns whether the device tree's ISA string names the extension, in lower case: "sstc".
bool isa_has(const char *extension);

// Sets the deadline from which on the timer interrupt is pending. Does not change sie.
void timer_set(uint64_t deadline);
void timer_set_stimecmp(uint64_t deadline);
void timer_set_sbi(uint64_t deadline);

// Clears the deadline and the pending interrupt.
void timer_off(void);

// Sleeps in wfi for that many ticks, or until another enabled interrupt is pending. Takes no timer
// interrupt. Interrupts may be on or off; the timer is off afterwards.
void timer_sleep(uint64_t ticks);
