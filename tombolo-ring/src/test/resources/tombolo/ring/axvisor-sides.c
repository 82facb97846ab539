// SPDX-License-Identifier: Apache-2.0

// The guests' side of a region v3 as functions that a test can call: a side is one pointer.

#include "axvisor.h"
#include "axvisor_region.h"

#include <stddef.h>

size_t side_size(void);
bool side_publish(struct axvisor_region *side, uint8_t *memory, uint64_t size, bool slot);
int side_subscribe(struct axvisor_region *side, uint8_t *memory, uint64_t size);
int side_send(struct axvisor_region *side, const void *message, uint64_t length);
int side_abort(struct axvisor_region *side);
int side_receive(struct axvisor_region *side, void *buffer, uint64_t size, uint64_t *length);
bool side_is_channel(uint8_t *memory, uint64_t publisher, uint64_t key);
bool side_advance(struct axvisor_region *side);

size_t side_size(void) {
  return sizeof(struct axvisor_region);
}

bool side_publish(struct axvisor_region *side, uint8_t *memory, uint64_t size, bool slot) {
  return axvisor_publish(side, memory, size, slot ? &axvisor_slot : &axvisor_cell);
}

int side_subscribe(struct axvisor_region *side, uint8_t *memory, uint64_t size) {
  return axvisor_subscribe(side, memory, size);
}

bool side_is_channel(uint8_t *memory, uint64_t publisher, uint64_t key) {
  return axvisor_is_channel(memory, publisher, key);
}

int side_send(struct axvisor_region *side, const void *message, uint64_t length) {
  return axvisor_send(&side->sender, message, length);
}

int side_abort(struct axvisor_region *side) {
  return axvisor_abort(&side->sender);
}

int side_receive(struct axvisor_region *side, void *buffer, uint64_t size, uint64_t *length) {
  return axvisor_receive(&side->receiver, buffer, size, length);
}

// Stores both indices without a look before; returns whether one of them moved.
bool side_advance(struct axvisor_region *side) {
  bool sent = axvisor_advance(&side->sender.ring, AXVISOR_TAIL);
  bool received = axvisor_advance(&side->receiver.ring, AXVISOR_HEAD);
  return sent || received;
}
