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
      .sender = {.ring = {memory + out, memory, REGION_VERSION, layout, 0}},
      .receiver = {.ring = {memory + in, memory, REGION_VERSION, layout, 0}},
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

// A region may be larger than its rings need, but not larger than the channel.
static bool is_size(
    uint32_t size, const struct axvisor_layout *layout, uint64_t memory_size) {
  return size >= layout->region_size && size <= memory_size;
}

bool axvisor_is_region(
    volatile uint8_t *memory, uint64_t memory_size, uint32_t version,
    const struct axvisor_layout *layout, uint32_t size) {
  return memory_size >= layout->region_size && axvisor_load(memory, VERSION) == version &&
         axvisor_load(memory, HEADER_SIZE) == REGION_HEADER_SIZE &&
         // Features that this side does not know change no place and no size: all are checked.
         (axvisor_load(memory, FEATURES) & REGION_FEATURES) == REGION_FEATURES &&
         is_size(axvisor_load(memory, REGION_SIZE), layout, memory_size) &&
         axvisor_load(memory, TO_SUBSCRIBER) == layout->to_subscriber &&
         axvisor_load(memory, TO_PUBLISHER) == layout->to_publisher &&
         axvisor_load(memory, RING_SIZE) == layout->ring_size &&
         is_ring(memory + layout->to_subscriber, DIRECTION_TO_SUBSCRIBER, layout, size) &&
         is_ring(memory + layout->to_publisher, DIRECTION_TO_PUBLISHER, layout, size);
}

bool axvisor_is_channel(volatile uint8_t *memory, uint64_t publisher, uint64_t key) {
  volatile uint64_t *words = (volatile uint64_t *)memory;
  return __atomic_load_n(&words[0], __ATOMIC_ACQUIRE) == publisher &&
         __atomic_load_n(&words[1], __ATOMIC_ACQUIRE) == key;
}

bool axvisor_is_another(const struct axvisor_ring *ring, uint32_t offset) {
  return axvisor_load(ring->memory, offset) != ring->index ||
         axvisor_load(ring->region, TO_PUBLISHER) != ring->layout->to_publisher ||
         axvisor_load(ring->region, RING_SIZE) != ring->layout->ring_size;
}

bool axvisor_is_being_laid_out(const struct axvisor_ring *ring) {
  return axvisor_load(ring->region, MAGIC) != REGION_MAGIC ||
         axvisor_load(ring->region, VERSION) != ring->version;
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

// Returns false, and the receiver sees nothing, if the peer has begun anew.
static bool push(
    struct axvisor_sender *sender, const struct header *header, const uint8_t *payload) {
  volatile uint8_t *cell = axvisor_next(&sender->ring);
  memcpy((void *)cell, header, sizeof *header);
  memcpy((uint8_t *)cell + sizeof *header, payload, header->fragment_length);
  sender->restarted = !axvisor_advance(&sender->ring, AXVISOR_TAIL);
  return !sender->restarted;
}

static bool sender_lost_peer(struct axvisor_sender *sender) {
  sender->restarted = sender->restarted || axvisor_is_another(&sender->ring, AXVISOR_TAIL);
  return sender->restarted;
}

// Returns AXVISOR_COMPLETE if there is room for a cell.
static enum axvisor_progress room(struct axvisor_sender *sender) {
  if (!sender->poisoned && sender_lost_peer(sender)) {
    return AXVISOR_PEER_RESTARTED;
  }
  uint32_t used = sender->ring.index - axvisor_load(sender->ring.memory, AXVISOR_HEAD);
  if (!sender->poisoned && used > sender->ring.layout->capacity) {
    sender->restarted = axvisor_is_being_laid_out(&sender->ring);
    if (sender_lost_peer(sender)) {
      return AXVISOR_PEER_RESTARTED;  // the head is that of another region
    }
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
    if (!push(sender, &header, (const uint8_t *)message + sender->sent)) {
      return AXVISOR_PEER_RESTARTED;
    }
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
    if (!push(sender, &header, (const uint8_t *)"")) {
      return AXVISOR_PEER_RESTARTED;
    }
    sender->busy = false;
  }
  return progress;
}

// Whether a well-formed cell begins to count messages from 1 again.
static bool follows_another(
    const struct axvisor_receiver *receiver, const struct header *header) {
  return header->version == 1 && header->header_length == sizeof *header &&
         (header->flags & ~LAST) == FIRST && header->id == 1 && receiver->id != 0;
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

static bool receiver_lost_peer(struct axvisor_receiver *receiver) {
  receiver->restarted = receiver->restarted || axvisor_is_another(&receiver->ring, AXVISOR_HEAD);
  return receiver->restarted;
}

// Stops for good, unless what looks like an error comes from another region.
static enum axvisor_progress broken(struct axvisor_receiver *receiver) {
  receiver->restarted = axvisor_is_being_laid_out(&receiver->ring);
  if (receiver_lost_peer(receiver)) {
    return AXVISOR_PEER_RESTARTED;
  }
  receiver->poisoned = true;
  return AXVISOR_POISONED;
}

enum axvisor_progress axvisor_receive(
    struct axvisor_receiver *receiver, void *buffer, uint64_t size, uint64_t *length) {
  struct axvisor_ring *ring = &receiver->ring;
  if (receiver->poisoned) {
    return AXVISOR_POISONED;
  }
  for (;;) {
    if (receiver_lost_peer(receiver)) {
      return AXVISOR_PEER_RESTARTED;
    }
    uint32_t waiting = axvisor_load(ring->memory, AXVISOR_TAIL) - ring->index;
    if (waiting > ring->layout->capacity) {
      return broken(receiver);
    }
    if (waiting == 0) {
      return AXVISOR_WAIT;
    }
    volatile uint8_t *cell = axvisor_next(ring);
    struct header header;
    memcpy(&header, (const void *)cell, sizeof header);
    asm volatile("" : "+m"(header));  // only the copy is used from here on
    if (follows_another(receiver, &header)) {
      receiver->id = 0;
      receiver->busy = false;
      return AXVISOR_PEER_RESTARTED;
    }
    if (!is_next(receiver, &header)) {
      return broken(receiver);
    }
    uint64_t received = (header.flags & FIRST) != 0 ? 0 : receiver->received;
    if (header.length <= size) {
      memcpy((uint8_t *)buffer + received, (const uint8_t *)cell + sizeof header,
             header.fragment_length);
    }
    if (!axvisor_advance(ring, AXVISOR_HEAD)) {
      receiver->restarted = true;
      return AXVISOR_PEER_RESTARTED;  // what was copied is of no message
    }
    receiver->id = header.id;
    receiver->length = header.length;
    receiver->received = received + header.fragment_length;
    receiver->busy = (header.flags & (LAST | ABORT)) == 0;
    *length = receiver->length;
    if (!receiver->busy) {
      return (header.flags & ABORT) != 0 ? AXVISOR_ABORTED
             : receiver->length > size   ? AXVISOR_TOO_LONG
                                         : AXVISOR_COMPLETE;
    }
  }
}
