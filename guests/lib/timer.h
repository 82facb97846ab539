// SPDX-License-Identifier: Apache-2.0
#pragma once

// The hart's timer: stimecmp where the device tree names Sstc, else the firmware's (SBI TIME).
// Deadlines are values of `time`, in ticks of BOARD_TICKS_PER_SECOND.

#include <stdbool.h>
#include <stdint.h>

// True where the device tree's ISA string names the extension, in lower case: "sstc".
bool isa_has(const char *extension);

// The timer interrupt is pending from `deadline` on. Does not touch sie.
void timer_set(uint64_t deadline);
void timer_set_stimecmp(uint64_t deadline);
void timer_set_sbi(uint64_t deadline);

// No deadline, and nothing pending.
void timer_off(void);

// Sleeps in wfi for that many ticks, or until another enabled interrupt is pending; takes no timer
// interrupt. Interrupts may be on or off; the timer is off afterwards.
void timer_sleep(uint64_t ticks);
