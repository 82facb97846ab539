// SPDX-License-Identifier: Apache-2.0
#pragma once

// Channels through the IVC device (docs/abi.md), for bare-metal guests (see also ivc_wait.h) and
// for Linux processes (../linux/tombolo.h). Several harts may make requests at once, each through a
// mailbox slot of its own. Bells and events belong to one hart or thread. Interrupt and signal
// handlers must not call anything here.

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
  uint32_t enabled;  // copy of ENABLE; code that writes ENABLE must write this, too
};

extern struct ivc_device ivc;

// A channel that this VM has joined. Peers write to its memory at any time: read a word once, check
// it, and use the value that was read.
struct ivc_channel {
  uint32_t handle;
  uint32_t publisher;  // its VM id
  uint32_t layout;
  uint32_t access;
  volatile void *memory;  // all of the channel
  uint64_t key;
  uint64_t size;
  uint64_t generation;
  uint32_t state;  // state when the request was answered

  // For a sectioned channel; NULL and 0 for a raw one.
  const volatile struct ivc_section_header *header;
  volatile uint8_t *publisher_section;
  uint64_t publisher_size;
  volatile uint8_t *sections;  // section n begins at (n - 1) * section_size
  uint64_t section_size;
  uint32_t section_count;
  uint32_t section;      // this VM's section
  volatile uint8_t *own;  // start of this VM's section; NULL if it has none
  uint64_t own_size;

  char name[IVC_NAME_MAX + 1];  // "" if it has none
};

// The result of a look-up or a listing, for a joined channel or another one.
struct ivc_entry {
  uint32_t handle;  // 0 if this VM has not joined it
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

// Attaches to the device with these BARs, if its id and major version are right. Returns NULL, or
// why it cannot be used.
const char *ivc_attach(volatile void *registers, volatile void *window);

// Returns the number of a mailbox slot that nobody else uses during the call. Not defined in ivc.c:
// harts and processes choose slots in their own ways.
uint32_t ivc_slot(void);

// Returns "done", "not granted" and so on.
const char *ivc_status_name(uint32_t status);

// Executes `request` through the caller's mailbox slot, and leaves the answer in it.
enum ivc_status ivc_request(struct ivc_request *request);

// `name` is NULL if the key identifies the channel; with a name, the key may be 0.
enum ivc_status ivc_publish(
    const char *name, uint64_t key, uint64_t size, struct ivc_channel *channel);
enum ivc_status ivc_publish_sectioned(
    const char *name, uint64_t key, uint64_t publisher_size, uint32_t sections,
    uint64_t section_size, struct ivc_channel *channel);

enum ivc_status ivc_subscribe_name(const char *name, struct ivc_channel *channel);
enum ivc_status ivc_subscribe(uint32_t publisher, uint64_t key, struct ivc_channel *channel);

// The channel's memory is unmapped when these return.
enum ivc_status ivc_unpublish(uint32_t handle);
enum ivc_status ivc_unsubscribe(uint32_t handle);

// Takes `name`, or, if that is NULL, publisher and key.
enum ivc_status ivc_look_up(
    const char *name, uint32_t publisher, uint64_t key, struct ivc_entry *entry);

// From now on, each publication of that channel posts an event.
enum ivc_status ivc_watch(const char *name, uint32_t publisher, uint64_t key);

// Returns the next channel of a listing: IVC_DONE, IVC_AGAIN (nothing here, continue) or IVC_END.
// `cursor` starts at 0.
enum ivc_status ivc_list(uint64_t *cursor, struct ivc_entry *entry);

// Returns the next VM that has joined the channel, and its section: IVC_DONE or IVC_END. `cursor`
// starts at 0.
enum ivc_status ivc_peers(uint32_t handle, uint64_t *cursor, uint32_t *vm, uint32_t *section);

// Rings through a request; IVC_EVERY_PEER rings all peers.
enum ivc_status ivc_notify(uint32_t handle, uint32_t peer);

// Rings with one store, ordered after all earlier ones. ivc_bell_status() returns the result.
void ivc_ring(const struct ivc_channel *channel);
void ivc_ring_peer(const struct ivc_channel *channel, uint32_t peer);

// Returns the status of this VM's latest store to the doorbell, or of its latest hypercall.
enum ivc_status ivc_bell_status(void);
enum ivc_status ivc_call_status(void);

// Takes one bell that has rung. Returns the channel's handle, or 0.
uint32_t ivc_bell(void);

// Takes this channel's bell, if it has rung. Bells of other channels are kept for later calls.
bool ivc_take_bell(const struct ivc_channel *channel);

// Takes an event. A doorbell is returned as an event if no other event waits.
enum ivc_status ivc_next_event(struct ivc_event *event);

// Takes an event that is not a doorbell, if there is one.
bool ivc_take_event(struct ivc_event *event);

// Raw access to registers.
static inline uint32_t ivc_register(unsigned offset) {
  return *(volatile uint32_t *)(ivc.registers + offset);
}
static inline uint64_t ivc_register_wide(unsigned offset) {
  return *(volatile uint64_t *)(ivc.registers + offset);
}
static inline void ivc_set_register(unsigned offset, uint32_t value) {
  *(volatile uint32_t *)(ivc.registers + offset) = value;
}
