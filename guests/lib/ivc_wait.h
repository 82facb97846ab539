// SPDX-License-Identifier: Apache-2.0
#pragma once

// The IVC device of a bare-metal guest: finding it, and waiting for bells and events. Waiting
// belongs to one hart.

#include "external.h"
#include "ivc.h"

// Finds the device and checks its id and its major version. NULL, or why there is none to use.
const char *ivc_open(void);

// The PLIC source of its interrupt.
unsigned ivc_interrupt(void);

// How to wait: asleep until the interrupt, or looking again and again.
enum ivc_how { IVC_BY_INTERRUPT, IVC_BY_POLLING };

// Waits for this channel's bell and takes it. Bells of other channels that ring meanwhile are kept
// for who asks. False after `ticks` of the guest's clock; NEVER has no end.
bool ivc_wait(const struct ivc_channel *channel, enum ivc_how how, uint64_t ticks);

// The same for an event. Bells are not taken, and not told as events, while this waits.
bool ivc_wait_event(struct ivc_event *event, enum ivc_how how, uint64_t ticks);
