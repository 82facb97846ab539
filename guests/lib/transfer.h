// SPDX-License-Identifier: Apache-2.0
#pragma once

// The transfer of a file or a text through a channel, as ivc-send, ivc-recv and bare-metal guests
// use it. The channel is sectioned; a ring (spsc_ring.h) lies in the publisher's section and in the
// first subscriber's. The publisher sends DATA or LINE messages and then one END. The subscriber
// stores a verdict behind its part of the ring and rings, when it has read the END or cannot
// continue. Nothing follows the END or the verdict.
//
// The checksum detects a stream that ended too early or lost something, not one that somebody
// forged.

#include "spsc_ring.h"

enum transfer_type {
  TRANSFER_DATA = 1,  // a piece of a file
  TRANSFER_LINE = 2,  // a line, without its terminator
  TRANSFER_END = 3,   // struct transfer_end
};

// Totals of all messages before: bytes of payload, number of messages, checksum.
struct transfer_end {
  uint64_t bytes;
  uint64_t messages;
  uint64_t sum;
};

enum transfer_result {
  TRANSFER_GOES_ON = 0,
  TRANSFER_COMPLETE = 1,  // everything is written to its destination, and the checksum was right
  TRANSFER_DAMAGED = 2,   // bytes, messages or checksum differ from the END
  TRANSFER_FAILED = 3,    // the data could not be written
};

struct transfer_verdict {
  uint32_t result;  // stored last
  uint32_t reason;  // for a failure: an error number of Linux, or 0
};

#define TRANSFER_VERDICT_AT SPSC_READER_PART
#define TRANSFER_SECTION (SPSC_READER_PART + sizeof(struct transfer_verdict))  // the subscriber's

// Totals of what was sent or received so far.
struct transfer {
  struct transfer_end so_far;
  uint64_t words;  // first part of the checksum; the second one depends on the order of the words
};

// Counts a message. If the payload ends within a word, zeros complete the word.
static inline void transfer_count(
    struct transfer *transfer, const volatile void *payload, uint32_t length) {
  const volatile uint64_t *word = payload;
  uint64_t words = transfer->words + length;
  uint64_t sum = transfer->so_far.sum + words;
  for (const volatile uint64_t *end = word + length / 64 * 8; word < end; word += 8) {
    for (unsigned i = 0; i < 8; i++) {
      words += word[i];
      sum += words;
    }
  }
  const volatile uint8_t *byte = (const volatile uint8_t *)word;
  for (uint32_t left = length % 64; left > 0; left -= left < 8 ? left : 8) {
    uint64_t last = 0;
    for (uint32_t i = 0; i < 8 && i < left; i++) {
      last |= (uint64_t)*byte++ << 8 * i;
    }
    words += last;
    sum += words;
  }
  transfer->words = words;
  transfer->so_far.sum = sum;
  transfer->so_far.bytes += length;
  transfer->so_far.messages++;
}

static inline bool transfer_is_whole(
    const struct transfer *transfer, const volatile void *payload, uint32_t length) {
  const volatile struct transfer_end *end = payload;
  return length == sizeof *end && end->bytes == transfer->so_far.bytes &&
         end->messages == transfer->so_far.messages && end->sum == transfer->so_far.sum;
}

static inline void transfer_decide(
    volatile void *reader_section, enum transfer_result result, uint32_t reason) {
  volatile uint8_t *verdict = (volatile uint8_t *)reader_section + TRANSFER_VERDICT_AT;
  spsc_put32(verdict, offsetof(struct transfer_verdict, reason), reason);
  atomic_thread_fence(memory_order_release);
  spsc_put32(verdict, offsetof(struct transfer_verdict, result), result);
}

// Returns the current verdict. The other side wrote it, so it may be any number.
static inline struct transfer_verdict transfer_verdict(const volatile void *reader_section) {
  const volatile uint8_t *verdict = (const volatile uint8_t *)reader_section + TRANSFER_VERDICT_AT;
  struct transfer_verdict found;
  found.result = spsc_get32(verdict, offsetof(struct transfer_verdict, result));
  atomic_thread_fence(memory_order_acquire);
  found.reason = spsc_get32(verdict, offsetof(struct transfer_verdict, reason));
  return found;
}
