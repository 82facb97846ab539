// SPDX-License-Identifier: Apache-2.0
#pragma once

// The IVC device of a bare-metal guest: finding it, and waiting for bells and events. One hart does
// all the waiting.

#include "external.h"
#include "ivc.h"

// Finds the device and checks its id and major version. Returns NULL, or why there is no usable
// device.
const char *ivc_open(void);

// Returns the PLIC source of its interrupt.
unsigned ivc_interrupt(void);

// How to wait: asleep until the interrupt, or by polling.
enum ivc_how { IVC_BY_INTERRUPT, IVC_BY_POLLING };

// Waits for this channel's bell and takes it. Bells of other channels that ring meanwhile are kept
// for later calls. Returns false after `ticks` of the guest's clock; NEVER means no deadline.
bool ivc_wait(const struct ivc_channel *channel, enum ivc_how how, uint64_t ticks);

// Waits for an event in the same way. Meanwhile, bells are neither taken nor returned as events.
bool ivc_wait_event(struct ivc_event *event, enum ivc_how how, uint64_t ticks);
