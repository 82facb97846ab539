// SPDX-License-Identifier: Apache-2.0
#pragma once

// Channels by the IVC device (docs/abi.md), for bare-metal guests (ivc_wait.h has the rest) and for
// processes of Linux (../linux/tombolo.h). Requests may come from several harts at once: each has a
// mailbox slot of its own. Bells and events belong to one hart or thread, and no interrupt or signal
// handler calls anything here.

#include "ivc_abi.h"

#include <stdbool.h>
#include <stdint.h>

// The device, after ivc_attach().
struct ivc_device {
  volatile uint8_t *registers;
  volatile uint8_t *window;
  uint64_t window_size;
  uint64_t features;
  uint32_t vm;       // this VM's id
  uint32_t enabled;  // what is in ENABLE; who writes there writes it here, too
};

extern struct ivc_device ivc;

// A channel that this VM has joined. Peers write to its memory at any time: read a word once, check
// it, and use what was read.
struct ivc_channel {
  uint32_t handle;
  uint32_t publisher;  // its VM id
  uint32_t layout;
  uint32_t access;
  volatile void *memory;  // all of the channel
  uint64_t key;
  uint64_t size;
  uint64_t generation;
  uint32_t state;  // when the request was answered

  // Of a sectioned channel; NULL and 0 of a raw one.
  const volatile struct ivc_section_header *header;
  volatile uint8_t *publisher_section;
  uint64_t publisher_size;
  volatile uint8_t *sections;  // section n begins at (n - 1) * section_size
  uint64_t section_size;
  uint32_t section_count;
  uint32_t section;      // this VM's
  volatile uint8_t *own;  // where it begins; NULL where this VM has none
  uint64_t own_size;

  char name[IVC_NAME_MAX + 1];  // "" where it has none
};

// What a look-up or a listing tells of a channel, joined or not.
struct ivc_entry {
  uint32_t handle;  // 0 where this VM has not joined
  uint32_t publisher;
  uint64_t key;
  uint64_t size;
  uint64_t generation;
  uint32_t layout;
  uint32_t access;
  uint32_t sections;
  uint64_t section_size;
  uint32_t state;
  char name[IVC_NAME_MAX + 1];
};

struct ivc_event {
  enum ivc_event_kind kind;
  uint32_t handle;
  uint32_t peer;
  uint64_t key;
  uint64_t generation;
  uint32_t count;
};

// Takes the device whose BARs are there, if it says that it is one of this major version. NULL, or
// why there is none to use.
const char *ivc_attach(volatile void *registers, volatile void *window);

// The number of a mailbox slot that nobody else uses while the caller does. Not in ivc.c: harts and
// processes have their own ways.
uint32_t ivc_slot(void);

// "done", "not granted" and so on.
const char *ivc_status_name(uint32_t status);

// Does the request in `request` in the caller's mailbox slot and leaves the answer there.
enum ivc_status ivc_request(struct ivc_request *request);

// `name` is NULL where the key says it all; with a name the key may be 0.
enum ivc_status ivc_publish(
    const char *name, uint64_t key, uint64_t size, struct ivc_channel *channel);
enum ivc_status ivc_publish_sectioned(
    const char *name, uint64_t key, uint64_t publisher_size, uint32_t sections,
    uint64_t section_size, struct ivc_channel *channel);

enum ivc_status ivc_subscribe_name(const char *name, struct ivc_channel *channel);
enum ivc_status ivc_subscribe(uint32_t publisher, uint64_t key, struct ivc_channel *channel);

// The channel's memory is gone when these return.
enum ivc_status ivc_unpublish(uint32_t handle);
enum ivc_status ivc_unsubscribe(uint32_t handle);

// By `name`, or where that is NULL, by publisher and key.
enum ivc_status ivc_look_up(
    const char *name, uint32_t publisher, uint64_t key, struct ivc_entry *entry);

// From now on each publication of that channel is an event.
enum ivc_status ivc_watch(const char *name, uint32_t publisher, uint64_t key);

// The next channel of a listing: IVC_DONE, IVC_AGAIN (nothing here, go on) or IVC_END. `cursor`
// starts at 0.
enum ivc_status ivc_list(uint64_t *cursor, struct ivc_entry *entry);

// The next VM that has joined the channel, and its section: IVC_DONE or IVC_END. `cursor` starts
// at 0.
enum ivc_status ivc_peers(uint32_t handle, uint64_t *cursor, uint32_t *vm, uint32_t *section);

// Rings by a request; IVC_EVERY_PEER rings them all.
enum ivc_status ivc_notify(uint32_t handle, uint32_t peer);

// Rings by one store, ordered behind all earlier ones. ivc_bell_status() tells how it went.
void ivc_ring(const struct ivc_channel *channel);
void ivc_ring_peer(const struct ivc_channel *channel, uint32_t peer);

// The status of this VM's latest store to the doorbell, and of its latest hypercall.
enum ivc_status ivc_bell_status(void);
enum ivc_status ivc_call_status(void);

// Takes one bell that has rung: the channel's handle, or 0.
uint32_t ivc_bell(void);

// Takes this channel's bell, if it has rung. Bells of other channels are kept for who asks.
bool ivc_take_bell(const struct ivc_channel *channel);

// An event; a doorbell is one, too, where no other event waits.
enum ivc_status ivc_next_event(struct ivc_event *event);

// An event that is no doorbell, if there is one.
bool ivc_take_event(struct ivc_event *event);

// Registers, for those who want to see them raw.
static inline uint32_t ivc_register(unsigned offset) {
  return *(volatile uint32_t *)(ivc.registers + offset);
}
static inline uint64_t ivc_register_wide(unsigned offset) {
  return *(volatile uint64_t *)(ivc.registers + offset);
}
static inline void ivc_set_register(unsigned offset, uint32_t value) {
  *(volatile uint32_t *)(ivc.registers + offset) = value;
}
