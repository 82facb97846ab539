// SPDX-License-Identifier: Apache-2.0

// The sides of a broadcast ring as functions that a test can call. Each returns an int: what the
// call of the same name says, or 0.

#include "broadcast_ring.h"

#include <string.h>

#define SIDE(name, ...) \
  int name(__VA_ARGS__); \
  int name(__VA_ARGS__)

// A reader of either kind.
struct reader {
  bool lossy;
  union {
    struct bcast_reader holding;
    struct bcast_lossy_reader falling;
  };
  uint64_t buffer[(64 << 10) / 8];
};

static struct bcast_session *session(struct reader *reader) {
  return reader->lossy ? &reader->falling.session : &reader->holding.session;
}

SIDE(side_size, void) {
  size_t writer = sizeof(struct bcast_writer);
  size_t reader = sizeof(struct reader);
  return (int)(writer > reader ? writer : reader);
}

// The readers' parts lie one behind the other.
SIDE(writer_open, struct bcast_writer *writer, uint8_t *writers, uint64_t size,
     const uint8_t *readers, uint32_t count, uint32_t capacity) {
  const volatile void *parts[BCAST_MAX_READERS];
  for (uint32_t i = 0; i < count; i++) {
    parts[i] = readers + i * BCAST_READER_PART;
  }
  return bcast_open_writer(writer, writers, size, parts, count, capacity);
}

SIDE(writer_offer, struct bcast_writer *writer, uint32_t type, const void *message,
     uint32_t length) {
  return bcast_offer(writer, type, message, length);
}

// Where in the data area the payload goes, or an answer.
SIDE(writer_claim, struct bcast_writer *writer, uint32_t type, uint32_t length) {
  volatile void *payload;
  enum spsc_answer answer = bcast_claim(writer, type, length, &payload);
  return answer == SPSC_OK ? (int)((volatile uint8_t *)payload - writer->data) : (int)answer;
}

SIDE(writer_commit, struct bcast_writer *writer) { return bcast_commit(writer); }

SIDE(writer_abort, struct bcast_writer *writer) { return bcast_abort(writer); }

SIDE(writer_admit, struct bcast_writer *writer) { return (int)bcast_admit(writer); }

SIDE(writer_reader_is_dead, struct bcast_writer *writer, uint32_t reader) {
  bcast_reader_is_dead(writer, reader);
  return 0;
}

SIDE(writer_breach, struct bcast_writer *writer, uint32_t reader) {
  return writer->seen[reader].breach;
}

SIDE(writer_sleep, struct bcast_writer *writer, uint32_t length) {
  return bcast_writer_sleep(writer, length);
}

SIDE(writer_wake, struct bcast_writer *writer) {
  bcast_writer_wake(writer);
  return 0;
}

SIDE(writer_peer_sleeps, struct bcast_writer *writer) { return bcast_writer_peer_sleeps(writer); }

SIDE(writer_close, struct bcast_writer *writer) {
  bcast_close_writer(writer);
  return 0;
}

SIDE(reader_open, struct reader *reader, const uint8_t *writers, uint64_t size, uint8_t *part,
     uint32_t number, int lossy) {
  reader->lossy = lossy != 0;
  return reader->lossy
             ? bcast_open_lossy_reader(&reader->falling, writers, size, part, BCAST_READER_PART,
                                       number, reader->buffer, sizeof(reader->buffer))
             : bcast_open_reader(&reader->holding, writers, size, part, BCAST_READER_PART, number);
}

// Appends type, length and payload to a buffer.
static void append(void *context, const struct spsc_message *message) {
  uint8_t **buffer = context;
  memcpy(*buffer, &message->type, 4);
  memcpy(*buffer + 4, &message->length, 4);
  memcpy(*buffer + 8, (const void *)message->payload, message->length);
  *buffer += 8 + message->length;
}

SIDE(reader_drain, struct reader *reader, uint8_t *buffer, int limit) {
  return reader->lossy ? bcast_drain_lossy(&reader->falling, append, &buffer, limit)
                       : bcast_drain(&reader->holding, append, &buffer, limit);
}

// The number of the message read last.
SIDE(reader_number, struct reader *reader) {
  return reader->lossy ? (int)reader->falling.number : 0;
}

SIDE(reader_sleep, struct reader *reader) {
  return reader->lossy ? bcast_lossy_reader_sleep(&reader->falling)
                       : bcast_reader_sleep(&reader->holding);
}

SIDE(reader_wake, struct reader *reader) {
  bcast_wake(session(reader));
  return 0;
}

SIDE(reader_peer_sleeps, struct reader *reader) { return bcast_peer_sleeps(session(reader)); }

SIDE(reader_connected, struct reader *reader) { return session(reader)->connected; }

SIDE(reader_breach, struct reader *reader) { return session(reader)->breach; }

SIDE(reader_close, struct reader *reader) {
  bcast_close(session(reader));
  return 0;
}
