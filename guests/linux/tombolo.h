// SPDX-License-Identifier: Apache-2.0
#pragma once

// Channels for a process of a Linux guest, without a kernel module of Tombolo's: the IVC device
// (docs/abi.md) through the kernel's uio_pci_generic. Publishing, subscribing, looking up, ringing
// and leaving are ../lib/ivc.h's, messages ../lib/spsc_ring.h's, as in a bare-metal guest; here is
// what differs. docs/linux.md has an example.
//
// A VM has one IVC device, which one process of it can have at a time, and of that process one
// thread. A process that ends, however it does, leaves all its channels: its peers are told.

#include "ivc.h"
#include "spsc_ring.h"

// Opens the device and checks its id and its major version. NULL, or one line that says what is
// wrong and what to do; it stays until the next call.
const char *tombolo_open(void);

// Leaves every channel and closes the device.
void tombolo_close(void);

// What ended a wait.
enum tombolo_woken {
  TOMBOLO_TIMED_OUT,
  TOMBOLO_BELL,   // the channel's; it is taken
  TOMBOLO_EVENT,  // it is in *event
  TOMBOLO_INPUT,  // there is something to read
  TOMBOLO_SIGNAL,
};

// Sleeps until one of these happens. `channel` is NULL where no bell is of interest, `event` where
// no event is, `input` -1 or a file descriptor. Milliseconds; -1 has no end. Bells of other channels
// are kept for who waits for them.
enum tombolo_woken tombolo_wait(
    const struct ivc_channel *channel, struct ivc_event *event, int input, int milliseconds);

// Subscribes to a channel as soon as it is there: by `name`, or where that is NULL, by publisher and
// key. IVC_NO_SUCH_CHANNEL: it did not come in time. Takes events, and drops others than that.
enum ivc_status tombolo_subscribe(
    const char *name, uint32_t publisher, uint64_t key, int milliseconds,
    struct ivc_channel *channel);

// Milliseconds of the monotonic clock.
int64_t tombolo_now(void);
