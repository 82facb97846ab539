// SPDX-License-Identifier: Apache-2.0
#pragma once

// Channels for a process of a Linux guest, without a kernel module of Tombolo's: the IVC device
// (docs/abi.md) through the kernel's uio_pci_generic. ../lib/ivc.h has publishing, subscribing,
// looking up, ringing and leaving, and ../lib/spsc_ring.h has messages, as in a bare-metal guest.
// This header has what differs. docs/linux.md has an example.
//
// A VM has one IVC device. One process can use it at a time, and one thread of that process. A
// process that ends in any way leaves all its channels, and its peers are told.

#include "ivc.h"
#include "spsc_ring.h"

// Opens the device and checks its id and its major version. Returns NULL, or one line with the
// problem and the remedy. The line stays valid until the next call.
const char *tombolo_open(void);

// Leaves every channel and closes the device.
void tombolo_close(void);

// The reason why a wait ended.
enum tombolo_woken {
  TOMBOLO_TIMED_OUT,
  TOMBOLO_BELL,   // the channel's bell rang; it is taken
  TOMBOLO_EVENT,  // the event is in *event
  TOMBOLO_INPUT,  // the file has something to read
  TOMBOLO_SIGNAL,
};

// Sleeps until one of these happens. `channel` is NULL to ignore bells, `event` is NULL to ignore
// events, `input` is -1 or a file descriptor. `milliseconds` is -1 for no deadline. Bells of other
// channels are kept for later calls.
enum tombolo_woken tombolo_wait(
    const struct ivc_channel *channel, struct ivc_event *event, int input, int milliseconds);

// Subscribes to a channel as soon as it is published: by `name`, or, if that is NULL, by publisher
// and key. If others have all sections of it, waits until it is published again. Returns
// IVC_NO_SUCH_CHANNEL or IVC_NO_SECTION if that was not in time. Takes events, and drops all others.
enum ivc_status tombolo_subscribe(
    const char *name, uint32_t publisher, uint64_t key, int milliseconds,
    struct ivc_channel *channel);

// Returns the milliseconds of the monotonic clock.
int64_t tombolo_now(void);
