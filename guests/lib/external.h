// SPDX-License-Identifier: Apache-2.0
#pragma once

// Waiting for a device's interrupt without taking a trap: claim it, and if it is not there, sleep
// in wfi with interrupts off. An interrupt between these two steps is pending, so wfi ends at once.
// No wake-up is lost.
//
// A claimed source stays in flight, and is not reported again, until external_done(). The owner of
// a level source looks at its device first and then calls external_done(). The owner of a pulse
// calls external_done() first and then looks. For one hart. Works with a PLIC, and with an APLIC
// that turns wires into messages; there, a source's number is also the identity of its messages.

#include <stdbool.h>
#include <stdint.h>

#define NEVER UINT64_MAX

// Returns the value of `time` that many ticks from now; NEVER stays NEVER.
uint64_t deadline_after(uint64_t ticks);

enum external_kind {
  EXTERNAL_LEVEL,  // high until the device has been looked at
  EXTERNAL_PULSE,
};

// Routes the source to this hart. Sources are 1 to 63.
void external_listen(unsigned source, enum external_kind kind);

// Returns true when the source is in flight, false at the deadline. Other sources that come
// meanwhile stay in flight for their owners. Uses the hart's timer.
bool external_wait(unsigned source, uint64_t deadline);

void external_done(unsigned source);
