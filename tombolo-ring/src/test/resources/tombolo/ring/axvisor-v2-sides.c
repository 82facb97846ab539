// SPDX-License-Identifier: Apache-2.0

// The guests' side of a version 2 region as functions that a test can call: a side is one pointer.

#include "axvisor_v2.h"

int side_size(void);
int side_publish(struct axvisor_v2_region *side, uint8_t *memory, uint64_t size);
int side_subscribe(struct axvisor_v2_region *side, uint8_t *memory, uint64_t size);
int side_version(uint8_t *memory);
int side_request(struct axvisor_v2_region *side, const void *payload, int length);
int side_acknowledge(
    struct axvisor_v2_region *side, uint64_t sequence, const void *payload, int length);
int side_receive(struct axvisor_v2_region *side, struct axvisor_v2_message *message);
int side_dropped(struct axvisor_v2_region *side);

int side_size(void) {
  return sizeof(struct axvisor_v2_region);
}

int side_publish(struct axvisor_v2_region *side, uint8_t *memory, uint64_t size) {
  return axvisor_v2_publish(side, memory, size);
}

int side_subscribe(struct axvisor_v2_region *side, uint8_t *memory, uint64_t size) {
  return axvisor_v2_subscribe(side, memory, size);
}

int side_version(uint8_t *memory) {
  return (int)axvisor_version(memory);
}

int side_request(struct axvisor_v2_region *side, const void *payload, int length) {
  return axvisor_v2_request(&side->sender, payload, (uint32_t)length);
}

int side_acknowledge(
    struct axvisor_v2_region *side, uint64_t sequence, const void *payload, int length) {
  return axvisor_v2_acknowledge(&side->sender, sequence, payload, (uint32_t)length);
}

int side_receive(struct axvisor_v2_region *side, struct axvisor_v2_message *message) {
  return axvisor_v2_receive(&side->receiver, message);
}

int side_dropped(struct axvisor_v2_region *side) {
  return (int)side->receiver.dropped;
}
