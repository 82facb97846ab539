// SPDX-License-Identifier: Apache-2.0

// A ring whose writer forgets its release fence, and one whose reader forgets its acquire fence.

#include "bugs.h"

#define SLOTS 8

struct ring {
  _Alignas(64) uint32_t head;  // the writer: messages written
  _Alignas(64) uint32_t tail;  // the reader: messages read
  _Alignas(64) uint32_t slots[SLOTS];
};

static uint32_t message(uint32_t number) { return number * 7 + 1; }

static int write_all(const struct ivc_channel *channel, bool fence) {
  volatile struct ring *ring = BUG_MEMORY(struct ring, channel);
  for (uint32_t i = 1; i <= bug_rounds; i++) {
    while (i - ring->tail > SLOTS) {
    }
    ring->slots[i % SLOTS] = message(i);
    if (fence) {
      asm volatile("fence w, w" : : : "memory");
    }
    ring->head = i;
  }
  return 0;
}

static int read_all(const struct ivc_channel *channel, bool fence) {
  volatile struct ring *ring = BUG_MEMORY(struct ring, channel);
  for (uint32_t i = 1; i <= bug_rounds; i++) {
    while (ring->head < i) {
    }
    if (fence) {
      asm volatile("fence r, r" : : : "memory");
    }
    uint32_t found = ring->slots[i % SLOTS];
    if (found != message(i)) {
      return bug_noticed("message %u is %u, not %u\n", i, found, message(i));
    }
    asm volatile("fence r, w" : : : "memory");
    ring->tail = i;
  }
  return 0;
}

static int write_with_fence(const struct ivc_channel *channel) { return write_all(channel, true); }
static int read_with_fence(const struct ivc_channel *channel) { return read_all(channel, true); }

// BUG: the head may become visible before the message.
static int write_perhaps(const struct ivc_channel *channel) {
  return write_all(channel, bug_fixed);
}

// BUG: the message may be loaded before the head.
static int read_perhaps(const struct ivc_channel *channel) { return read_all(channel, bug_fixed); }

const struct bug no_release = {"no-release", write_perhaps, read_with_fence};
const struct bug no_acquire = {"no-acquire", write_with_fence, read_perhaps};
