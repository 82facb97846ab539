// SPDX-License-Identifier: Apache-2.0
#pragma once

// The protocol of AxVisor's guests in a raw channel. "Region v3" is a header with one ring of cells
// for each direction. "Message V1" cuts messages into fragments of one cell each. Two layouts with
// the same magic and version are in use; this code knows both. The peer's data is hostile: each
// word is read once and checked. A peer that breaks the protocol poisons the receiver for good.
//
// A side has one sender and one receiver, which belong to one hart. Neither stores anything that a
// region shows which its peer has laid out anew since: see AXVISOR_PEER_RESTARTED.
//
// axvisor_v2.h is region version 2.

#include <stdbool.h>
#include <stdint.h>

struct axvisor_layout {
  const char *name;
  uint32_t cell_size;
  uint32_t capacity;     // cells of a ring
  uint32_t cells_at;     // offset in the ring
  uint32_t ring_size;
  uint32_t to_subscriber;  // offsets of the rings in the channel
  uint32_t to_publisher;
  uint32_t region_size;
  uint32_t payload;      // bytes of a message in a cell
};

extern const struct axvisor_layout axvisor_cell;
extern const struct axvisor_layout axvisor_slot;

struct axvisor_ring {
  volatile uint8_t *memory;
  volatile uint8_t *region;  // the channel's memory, to see whether it is laid out anew
  uint32_t version;          // of the region that this side has joined
  const struct axvisor_layout *layout;
  uint32_t index;  // private to this side: the producer's tail or the consumer's head
};

struct axvisor_sender {
  struct axvisor_ring ring;
  uint64_t id;      // id of the message in progress, or of the latest one; 0 before the first
  uint64_t length;  // length of the message in progress
  uint64_t sent;    // number of its bytes that are in the ring
  bool busy;        // a message is in progress
  bool poisoned;    // the consumer's index was impossible
  bool restarted;   // the peer has laid the region out anew
};

struct axvisor_receiver {
  struct axvisor_ring ring;
  uint64_t id;
  uint64_t length;
  uint64_t received;
  bool busy;
  bool poisoned;
  bool restarted;
};

// One side's view of a region.
struct axvisor_region {
  const struct axvisor_layout *layout;
  struct axvisor_sender sender;
  struct axvisor_receiver receiver;
};

// Opens the publisher's side: lays out the region in the channel's memory, the magic last. Returns
// false if `size` is too small.
bool axvisor_publish(
    struct axvisor_region *region, volatile uint8_t *memory, uint64_t size,
    const struct axvisor_layout *layout);

// Returns the version that a region's header claims, which can be any value; AXVISOR_NO_VERSION if
// the magic is missing. Peers of one version refuse the other, so a subscriber that knows both looks
// here first.
#define AXVISOR_NO_VERSION 0
uint32_t axvisor_version(volatile uint8_t *memory);

// Opens the subscriber's side, if the region is there. Refuses version 2.
enum axvisor_look {
  AXVISOR_READY,
  AXVISOR_NOT_YET,  // no magic: the publisher is not done
  AXVISOR_REFUSED,  // a field is not what either layout says
};
enum axvisor_look axvisor_subscribe(
    struct axvisor_region *region, volatile uint8_t *memory, uint64_t size);

// Whether the two words that the hypervisor has written at the channel's beginning are these: the
// memory is that of the channel which was subscribed to.
bool axvisor_is_channel(volatile uint8_t *memory, uint64_t publisher, uint64_t key);

enum axvisor_progress {
  AXVISOR_COMPLETE,
  AXVISOR_WAIT,      // the ring is full (sender) or empty (receiver): come again
  AXVISOR_ABORTED,   // the peer gave the message up
  AXVISOR_TOO_LONG,  // the message did not fit into the buffer and is dropped; `length` tells
  AXVISOR_POISONED,  // the peer broke the protocol
  // The peer has begun anew; a message in progress is given up. If it has laid the region out anew,
  // every later call says so, too: subscribe again. If it only counts its messages from 1 again, as
  // a subscriber does that follows another one, the next call goes on with them.
  AXVISOR_PEER_RESTARTED,
};

// Sends as much of a message as fits. After AXVISOR_WAIT, call again with the same message.
enum axvisor_progress axvisor_send(
    struct axvisor_sender *sender, const void *message, uint64_t length);

// Gives up the message in progress, if there is one. Also waits for room.
enum axvisor_progress axvisor_abort(struct axvisor_sender *sender);

// Copies the part of a message that has arrived into the buffer. After AXVISOR_WAIT, call again
// with the same buffer.
enum axvisor_progress axvisor_receive(
    struct axvisor_receiver *receiver, void *buffer, uint64_t size, uint64_t *length);
