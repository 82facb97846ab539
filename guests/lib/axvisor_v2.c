// SPDX-License-Identifier: Apache-2.0
#include "axvisor_v2.h"

#include "axvisor_region.h"
#include "text.h"

#define REGION_VERSION 2

// Version 2 has the places and sizes of version 3's layout "cell".
#define LAYOUT (&axvisor_cell)

struct slot_header {
  uint64_t sequence;
  uint32_t length;
  uint32_t kind;
};
_Static_assert(sizeof(struct slot_header) == 16, "region version 2");

static void open_region(
    struct axvisor_v2_region *region, volatile uint8_t *memory, uint32_t out, uint32_t in) {
  *region = (struct axvisor_v2_region){
      .sender = {.ring = {memory + out, memory, REGION_VERSION, LAYOUT, 0}},
      .receiver = {.ring = {memory + in, memory, REGION_VERSION, LAYOUT, 0}},
  };
}

bool axvisor_v2_publish(
    struct axvisor_v2_region *region, volatile uint8_t *memory, uint64_t size) {
  if (size < LAYOUT->region_size) {
    return false;
  }
  axvisor_lay_out(memory, REGION_VERSION, LAYOUT, AXVISOR_V2_PAYLOAD);
  open_region(region, memory, LAYOUT->to_subscriber, LAYOUT->to_publisher);
  return true;
}

enum axvisor_look axvisor_v2_subscribe(
    struct axvisor_v2_region *region, volatile uint8_t *memory, uint64_t size) {
  if (!axvisor_is_published(memory)) {
    return AXVISOR_NOT_YET;
  }
  if (!axvisor_is_region(memory, size, REGION_VERSION, LAYOUT, AXVISOR_V2_PAYLOAD)) {
    return AXVISOR_REFUSED;
  }
  open_region(region, memory, LAYOUT->to_publisher, LAYOUT->to_subscriber);
  // Where an earlier subscriber has left them; 0 where there was none.
  region->sender.ring.index = axvisor_load(region->sender.ring.memory, AXVISOR_TAIL);
  region->receiver.ring.index = axvisor_load(region->receiver.ring.memory, AXVISOR_HEAD);
  return AXVISOR_READY;
}

static bool sender_lost_peer(struct axvisor_v2_sender *sender) {
  sender->restarted = sender->restarted || axvisor_is_another(&sender->ring, AXVISOR_TAIL);
  return sender->restarted;
}

static enum axvisor_progress send(
    struct axvisor_v2_sender *sender, const struct slot_header *header, const void *payload) {
  struct axvisor_ring *ring = &sender->ring;
  if (header->length > AXVISOR_V2_PAYLOAD) {
    return AXVISOR_TOO_LONG;
  }
  if (sender->poisoned) {
    return AXVISOR_POISONED;
  }
  if (sender_lost_peer(sender)) {
    return AXVISOR_PEER_RESTARTED;
  }
  uint32_t used = ring->index - axvisor_load(ring->memory, AXVISOR_HEAD);
  if (used > LAYOUT->capacity) {
    sender->restarted = axvisor_is_being_laid_out(ring);
    if (sender_lost_peer(sender)) {
      return AXVISOR_PEER_RESTARTED;  // the head is that of another region
    }
    sender->poisoned = true;
    return AXVISOR_POISONED;
  }
  if (used == LAYOUT->capacity) {
    return AXVISOR_WAIT;
  }
  uint8_t *slot = (uint8_t *)axvisor_next(ring);
  memcpy(slot, header, sizeof *header);
  memcpy(slot + sizeof *header, payload, header->length);
  memset(slot + sizeof *header + header->length, 0, AXVISOR_V2_PAYLOAD - header->length);
  sender->restarted = !axvisor_advance(ring, AXVISOR_TAIL);
  return sender->restarted ? AXVISOR_PEER_RESTARTED : AXVISOR_COMPLETE;
}

enum axvisor_progress axvisor_v2_request(
    struct axvisor_v2_sender *sender, const void *payload, uint32_t length) {
  struct slot_header header = {sender->sequence + 1, length, AXVISOR_V2_REQUEST};
  enum axvisor_progress progress = send(sender, &header, payload);
  if (progress == AXVISOR_COMPLETE) {
    sender->sequence++;
  }
  return progress;
}

enum axvisor_progress axvisor_v2_acknowledge(
    struct axvisor_v2_sender *sender, uint64_t sequence, const void *payload, uint32_t length) {
  struct slot_header header = {sequence, length, AXVISOR_V2_ACKNOWLEDGEMENT};
  return send(sender, &header, payload);
}

// Copies a slot, or returns false if it is malformed.
static bool take(const volatile uint8_t *slot, struct axvisor_v2_message *message) {
  struct slot_header header;
  memcpy(&header, (const void *)slot, sizeof header);
  asm volatile("" : "+m"(header));  // from here on it is the copy that counts
  if ((header.kind != AXVISOR_V2_REQUEST && header.kind != AXVISOR_V2_ACKNOWLEDGEMENT) ||
      header.length > AXVISOR_V2_PAYLOAD) {
    return false;
  }
  message->sequence = header.sequence;
  message->length = header.length;
  message->kind = header.kind;
  memcpy(message->payload, (const uint8_t *)slot + sizeof header, header.length);
  return true;
}

static bool receiver_lost_peer(struct axvisor_v2_receiver *receiver) {
  receiver->restarted = receiver->restarted || axvisor_is_another(&receiver->ring, AXVISOR_HEAD);
  return receiver->restarted;
}

enum axvisor_progress axvisor_v2_receive(
    struct axvisor_v2_receiver *receiver, struct axvisor_v2_message *message) {
  struct axvisor_ring *ring = &receiver->ring;
  if (receiver->poisoned) {
    return AXVISOR_POISONED;
  }
  if (receiver_lost_peer(receiver)) {
    return AXVISOR_PEER_RESTARTED;
  }
  // One load a call, so that a peer that writes on cannot keep this side here.
  uint32_t waiting = axvisor_load(ring->memory, AXVISOR_TAIL) - ring->index;
  if (waiting > LAYOUT->capacity) {
    receiver->restarted = axvisor_is_being_laid_out(ring);
    if (receiver_lost_peer(receiver)) {
      return AXVISOR_PEER_RESTARTED;  // the tail is that of another region
    }
    receiver->poisoned = true;
    return AXVISOR_POISONED;
  }
  for (; waiting > 0; waiting--) {
    bool taken = take(axvisor_next(ring), message);
    if (!axvisor_advance(ring, AXVISOR_HEAD)) {
      receiver->restarted = true;
      return AXVISOR_PEER_RESTARTED;  // what was copied is no message
    }
    if (taken) {
      return AXVISOR_COMPLETE;
    }
    receiver->dropped++;
  }
  return AXVISOR_WAIT;
}
