// SPDX-License-Identifier: Apache-2.0
#pragma once

// AxVisor's "region version 2", which its released demos for Linux and Zephyr use in a raw channel:
// a header with one ring of 16 slots for each direction, and in each slot one whole message, a
// request or an acknowledgement. Version 3 is axvisor.h's; peers of one version refuse the other,
// so a subscriber looks at axvisor_version() first. docs/ring-format.md has the bytes.
//
// What the peer writes is hostile: each word is read once and checked. A malformed slot is dropped
// and counted; an impossible index poisons the sender or receiver for good.
//
// A side has one sender and one receiver, which belong to one hart.

#include "axvisor.h"

#define AXVISOR_V2_PAYLOAD 48  // bytes of a message

enum axvisor_v2_kind { AXVISOR_V2_REQUEST = 1, AXVISOR_V2_ACKNOWLEDGEMENT = 2 };

struct axvisor_v2_message {
  uint64_t sequence;
  uint32_t length;  // of the payload, 0 to AXVISOR_V2_PAYLOAD
  uint32_t kind;    // enum axvisor_v2_kind
  uint8_t payload[AXVISOR_V2_PAYLOAD];
};

struct axvisor_v2_sender {
  struct axvisor_ring ring;
  uint64_t sequence;  // of the latest request; 0 before the first
  bool poisoned;      // the consumer's index was impossible
  bool restarted;     // the peer has laid the region out anew
};

struct axvisor_v2_receiver {
  struct axvisor_ring ring;
  uint64_t dropped;  // malformed slots
  bool poisoned;     // the producer's index was impossible
  bool restarted;    // the peer has laid the region out anew
};

// One side's view of a region.
struct axvisor_v2_region {
  struct axvisor_v2_sender sender;
  struct axvisor_v2_receiver receiver;
};

// The publisher's side: lays the region out in the channel's memory, the magic last. False if
// `size` is too small.
bool axvisor_v2_publish(
    struct axvisor_v2_region *region, volatile uint8_t *memory, uint64_t size);

// The subscriber's side, one look. Refuses version 3.
enum axvisor_look axvisor_v2_subscribe(
    struct axvisor_v2_region *region, volatile uint8_t *memory, uint64_t size);

// Sends a request whose number is then `sender->sequence`; they count from 1. AXVISOR_WAIT means
// that the ring is full and nothing was sent, AXVISOR_TOO_LONG that `length` is more than
// AXVISOR_V2_PAYLOAD.
enum axvisor_progress axvisor_v2_request(
    struct axvisor_v2_sender *sender, const void *payload, uint32_t length);

// Answers the request with that number. Otherwise as axvisor_v2_request().
enum axvisor_progress axvisor_v2_acknowledge(
    struct axvisor_v2_sender *sender, uint64_t sequence, const void *payload, uint32_t length);

// Takes the next well-formed message: AXVISOR_COMPLETE, AXVISOR_WAIT if there is none,
// AXVISOR_PEER_RESTARTED, or AXVISOR_POISONED. Of `message` only the header and `length` bytes of payload are written.
enum axvisor_progress axvisor_v2_receive(
    struct axvisor_v2_receiver *receiver, struct axvisor_v2_message *message);
