// SPDX-License-Identifier: Apache-2.0
#pragma once

// What AxVisor's guests speak in a raw channel: "region v3", a header with one ring of cells for
// each direction, and "Message V1", messages cut into fragments of one cell each. Two layouts are
// in use with the same magic and version; both are known here. What the peer writes is hostile:
// each word is read once and checked, and a peer that breaks the protocol poisons the receiver for
// good.
//
// A side has one sender and one receiver, which belong to one hart.
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
  const struct axvisor_layout *layout;
  uint32_t index;  // this side's own: the producer's tail or the consumer's head
};

struct axvisor_sender {
  struct axvisor_ring ring;
  uint64_t id;      // of the message under way, or of the latest one; 0 before the first
  uint64_t length;  // of the message under way
  uint64_t sent;    // its bytes that are in the ring
  bool busy;        // a message is under way
  bool poisoned;    // the consumer's index was impossible
};

struct axvisor_receiver {
  struct axvisor_ring ring;
  uint64_t id;
  uint64_t length;
  uint64_t received;
  bool busy;
  bool poisoned;
};

// One side's view of a region.
struct axvisor_region {
  const struct axvisor_layout *layout;
  struct axvisor_sender sender;
  struct axvisor_receiver receiver;
};

// The publisher's side: lays the region out in the channel's memory, the magic last. False where
// `size` is too small.
bool axvisor_publish(
    struct axvisor_region *region, volatile uint8_t *memory, uint64_t size,
    const struct axvisor_layout *layout);

// The version that a region's header claims, any value; AXVISOR_NO_VERSION without the magic. Peers
// of one version refuse the other, so a subscriber that knows both looks here first.
#define AXVISOR_NO_VERSION 0
uint32_t axvisor_version(volatile uint8_t *memory);

// The subscriber's side, one look. Refuses version 2.
enum axvisor_look {
  AXVISOR_READY,
  AXVISOR_NOT_YET,  // no magic: the publisher is not done
  AXVISOR_REFUSED,  // a field is not what either layout says
};
enum axvisor_look axvisor_subscribe(
    struct axvisor_region *region, volatile uint8_t *memory, uint64_t size);

enum axvisor_progress {
  AXVISOR_COMPLETE,
  AXVISOR_WAIT,      // the ring is full (sender) or empty (receiver): come again
  AXVISOR_ABORTED,   // the peer gave the message up
  AXVISOR_TOO_LONG,  // the message did not fit into the buffer and is dropped; `length` tells
  AXVISOR_POISONED,  // the peer broke the protocol
};

// Sends a message as far as there is room. After AXVISOR_WAIT call again with the same message.
enum axvisor_progress axvisor_send(
    struct axvisor_sender *sender, const void *message, uint64_t length);

// Gives up the message under way; nothing where there is none. Waits for room, too.
enum axvisor_progress axvisor_abort(struct axvisor_sender *sender);

// Takes what has come of a message into the buffer. After AXVISOR_WAIT call again with the same
// buffer.
enum axvisor_progress axvisor_receive(
    struct axvisor_receiver *receiver, void *buffer, uint64_t size, uint64_t *length);
