// SPDX-License-Identifier: Apache-2.0
#include "axvisor.h"

#include "axvisor_region.h"
#include "text.h"

#include <stddef.h>

const struct axvisor_layout axvisor_cell = {
    .name = "cell",
    .cell_size = 64,
    .capacity = 16,
    .cells_at = 64,
    .ring_size = 1088,
    .to_subscriber = 64,
    .to_publisher = 1152,
    .region_size = 2240,
    .payload = 40,
};

const struct axvisor_layout axvisor_slot = {
    .name = "slot",
    .cell_size = 256,
    .capacity = 32,
    .cells_at = 256,
    .ring_size = 8448,
    .to_subscriber = 256,
    .to_publisher = 8704,
    .region_size = 17152,
    .payload = 232,
};

// The region's header. It starts at the channel's beginning and includes the publisher's id and the
// key.
enum {
  MAGIC = 0x10,
  VERSION = 0x14,
  HEADER_SIZE = 0x18,
  REGION_SIZE = 0x1c,
  FEATURES = 0x20,
  TO_SUBSCRIBER = 0x24,
  TO_PUBLISHER = 0x28,
  RING_SIZE = 0x2c,
};

#define REGION_MAGIC 0x49564332u
#define REGION_VERSION 3
#define REGION_HEADER_SIZE 32
#define REGION_FEATURES 1

#define DIRECTION_TO_SUBSCRIBER 1
#define DIRECTION_TO_PUBLISHER 2

#define FIRST 1
#define LAST 2
#define ABORT 4

struct header {
  uint8_t version;
  uint8_t flags;
  uint16_t header_length;
  uint32_t fragment_length;
  uint64_t id;
  uint64_t length;
};
_Static_assert(sizeof(struct header) == 24, "Message V1");

static void lay_out_ring(
    volatile uint8_t *ring, uint32_t direction, const struct axvisor_layout *layout,
    uint32_t size) {
  axvisor_store(ring, AXVISOR_DIRECTION, direction);
  axvisor_store(ring, AXVISOR_CAPACITY, layout->capacity);
  axvisor_store(ring, AXVISOR_SIZE, size);
  axvisor_store(ring, AXVISOR_HEAD, 0);
  axvisor_store(ring, AXVISOR_TAIL, 0);
  for (uint32_t at = AXVISOR_RESERVED; at < AXVISOR_RESERVED + 12; at += 4) {
    axvisor_store(ring, at, 0);
  }
}

void axvisor_lay_out(
    volatile uint8_t *memory, uint32_t version, const struct axvisor_layout *layout,
    uint32_t size) {
  axvisor_store(memory, MAGIC, 0);
  lay_out_ring(memory + layout->to_subscriber, DIRECTION_TO_SUBSCRIBER, layout, size);
  lay_out_ring(memory + layout->to_publisher, DIRECTION_TO_PUBLISHER, layout, size);
  axvisor_store(memory, HEADER_SIZE, REGION_HEADER_SIZE);
  axvisor_store(memory, REGION_SIZE, layout->region_size);
  axvisor_store(memory, FEATURES, REGION_FEATURES);
  axvisor_store(memory, TO_SUBSCRIBER, layout->to_subscriber);
  axvisor_store(memory, TO_PUBLISHER, layout->to_publisher);
  axvisor_store(memory, RING_SIZE, layout->ring_size);
  axvisor_store(memory, VERSION, version);
  axvisor_store(memory, MAGIC, REGION_MAGIC);
}

static void open_region(
    struct axvisor_region *region, volatile uint8_t *memory, const struct axvisor_layout *layout,
    uint32_t out, uint32_t in) {
  *region = (struct axvisor_region){
      .layout = layout,
      .sender = {.ring = {memory + out, layout, 0}},
      .receiver = {.ring = {memory + in, layout, 0}},
  };
}

bool axvisor_publish(
    struct axvisor_region *region, volatile uint8_t *memory, uint64_t size,
    const struct axvisor_layout *layout) {
  if (size < layout->region_size) {
    return false;
  }
  axvisor_lay_out(memory, REGION_VERSION, layout, layout->cell_size);
  open_region(region, memory, layout, layout->to_subscriber, layout->to_publisher);
  return true;
}

static bool is_ring(
    volatile uint8_t *ring, uint32_t direction, const struct axvisor_layout *layout,
    uint32_t size) {
  return axvisor_load(ring, AXVISOR_DIRECTION) == direction &&
         axvisor_load(ring, AXVISOR_CAPACITY) == layout->capacity &&
         axvisor_load(ring, AXVISOR_SIZE) == size;
}

bool axvisor_is_region(
    volatile uint8_t *memory, uint64_t memory_size, uint32_t version,
    const struct axvisor_layout *layout, uint32_t size) {
  return memory_size >= layout->region_size && axvisor_load(memory, VERSION) == version &&
         axvisor_load(memory, HEADER_SIZE) == REGION_HEADER_SIZE &&
         axvisor_load(memory, FEATURES) == REGION_FEATURES &&
         axvisor_load(memory, REGION_SIZE) == layout->region_size &&
         axvisor_load(memory, TO_SUBSCRIBER) == layout->to_subscriber &&
         axvisor_load(memory, TO_PUBLISHER) == layout->to_publisher &&
         axvisor_load(memory, RING_SIZE) == layout->ring_size &&
         is_ring(memory + layout->to_subscriber, DIRECTION_TO_SUBSCRIBER, layout, size) &&
         is_ring(memory + layout->to_publisher, DIRECTION_TO_PUBLISHER, layout, size);
}

bool axvisor_is_published(volatile uint8_t *memory) {
  return axvisor_load(memory, MAGIC) == REGION_MAGIC;
}

uint32_t axvisor_version(volatile uint8_t *memory) {
  return axvisor_is_published(memory) ? axvisor_load(memory, VERSION) : AXVISOR_NO_VERSION;
}

static bool is_layout(
    volatile uint8_t *memory, uint64_t size, const struct axvisor_layout *layout) {
  return axvisor_is_region(memory, size, REGION_VERSION, layout, layout->cell_size);
}

enum axvisor_look axvisor_subscribe(
    struct axvisor_region *region, volatile uint8_t *memory, uint64_t size) {
  if (!axvisor_is_published(memory)) {
    return AXVISOR_NOT_YET;
  }
  const struct axvisor_layout *layout = is_layout(memory, size, &axvisor_cell)   ? &axvisor_cell
                                        : is_layout(memory, size, &axvisor_slot) ? &axvisor_slot
                                                                                 : NULL;
  if (layout == NULL) {
    return AXVISOR_REFUSED;
  }
  open_region(region, memory, layout, layout->to_publisher, layout->to_subscriber);
  // An earlier subscriber left the indices there; 0 if there was none.
  region->sender.ring.index = axvisor_load(region->sender.ring.memory, AXVISOR_TAIL);
  region->receiver.ring.index = axvisor_load(region->receiver.ring.memory, AXVISOR_HEAD);
  return AXVISOR_READY;
}

static void push(
    struct axvisor_ring *ring, const struct header *header, const uint8_t *payload) {
  volatile uint8_t *cell = axvisor_next(ring);
  memcpy((void *)cell, header, sizeof *header);
  memcpy((uint8_t *)cell + sizeof *header, payload, header->fragment_length);
  axvisor_store(ring->memory, AXVISOR_TAIL, ++ring->index);
}

// Returns AXVISOR_COMPLETE if there is room for a cell.
static enum axvisor_progress room(struct axvisor_sender *sender) {
  uint32_t used = sender->ring.index - axvisor_load(sender->ring.memory, AXVISOR_HEAD);
  if (used > sender->ring.layout->capacity) {
    sender->poisoned = true;
  }
  return sender->poisoned                        ? AXVISOR_POISONED
         : used == sender->ring.layout->capacity ? AXVISOR_WAIT
                                                 : AXVISOR_COMPLETE;
}

enum axvisor_progress axvisor_send(
    struct axvisor_sender *sender, const void *message, uint64_t length) {
  if (!sender->busy) {
    sender->id++;
    sender->length = length;
    sender->sent = 0;
    sender->busy = true;
  }
  bool first = sender->sent == 0;
  do {
    enum axvisor_progress progress = room(sender);
    if (progress != AXVISOR_COMPLETE) {
      return progress;
    }
    uint64_t left = sender->length - sender->sent;
    uint32_t payload = sender->ring.layout->payload;
    uint32_t fragment = left < payload ? (uint32_t)left : payload;
    struct header header = {
        .version = 1,
        .flags = (uint8_t)((first ? FIRST : 0) | (fragment == left ? LAST : 0)),
        .header_length = sizeof header,
        .fragment_length = fragment,
        .id = sender->id,
        .length = sender->length,
    };
    push(&sender->ring, &header, (const uint8_t *)message + sender->sent);
    sender->sent += fragment;
    first = false;
  } while (sender->sent < sender->length);
  sender->busy = false;
  return AXVISOR_COMPLETE;
}

enum axvisor_progress axvisor_abort(struct axvisor_sender *sender) {
  if (!sender->busy || sender->sent == 0) {
    sender->busy = false;  // no cell of it was sent
    return AXVISOR_COMPLETE;
  }
  enum axvisor_progress progress = room(sender);
  if (progress == AXVISOR_COMPLETE) {
    struct header header = {
        .version = 1,
        .flags = ABORT,
        .header_length = sizeof header,
        .id = sender->id,
        .length = sender->length,
    };
    push(&sender->ring, &header, (const uint8_t *)"");
    sender->busy = false;
  }
  return progress;
}

// Checks the cell against the cells before it.
static bool is_next(const struct axvisor_receiver *receiver, const struct header *header) {
  if (header->version != 1 || header->header_length != sizeof *header ||
      header->fragment_length > receiver->ring.layout->payload) {
    return false;
  }
  bool first = (header->flags & FIRST) != 0;
  bool last = (header->flags & LAST) != 0;
  if (header->flags == ABORT) {
    return receiver->busy && header->id == receiver->id && header->length == receiver->length &&
           header->fragment_length == 0;
  }
  if ((header->flags & ~(FIRST | LAST)) != 0 || first == receiver->busy) {
    return false;
  }
  uint64_t received = first ? 0 : receiver->received;
  bool same = first ? header->id > receiver->id
                    : header->id == receiver->id && header->length == receiver->length;
  bool empty = header->length == 0;
  uint64_t left = header->length - received;
  return same && (empty ? first && last : header->fragment_length > 0) &&
         header->fragment_length <= left && last == (header->fragment_length == left);
}

enum axvisor_progress axvisor_receive(
    struct axvisor_receiver *receiver, void *buffer, uint64_t size, uint64_t *length) {
  struct axvisor_ring *ring = &receiver->ring;
  for (;;) {
    uint32_t waiting = axvisor_load(ring->memory, AXVISOR_TAIL) - ring->index;
    if (receiver->poisoned || waiting > ring->layout->capacity) {
      receiver->poisoned = true;
      return AXVISOR_POISONED;
    }
    if (waiting == 0) {
      return AXVISOR_WAIT;
    }
    volatile uint8_t *cell = axvisor_next(ring);
    struct header header;
    memcpy(&header, (const void *)cell, sizeof header);
    asm volatile("" : "+m"(header));  // only the copy is used from here on
    if (!is_next(receiver, &header)) {
      receiver->poisoned = true;
      return AXVISOR_POISONED;
    }
    if ((header.flags & FIRST) != 0) {
      receiver->id = header.id;
      receiver->length = header.length;
      receiver->received = 0;
    }
    if (header.length <= size) {
      memcpy((uint8_t *)buffer + receiver->received, (const uint8_t *)cell + sizeof header,
             header.fragment_length);
    }
    receiver->received += header.fragment_length;
    receiver->busy = (header.flags & (LAST | ABORT)) == 0;
    *length = receiver->length;
    axvisor_store(ring->memory, AXVISOR_HEAD, ++ring->index);
    if (!receiver->busy) {
      return (header.flags & ABORT) != 0 ? AXVISOR_ABORTED
             : receiver->length > size   ? AXVISOR_TOO_LONG
                                         : AXVISOR_COMPLETE;
    }
  }
}
