// SPDX-License-Identifier: Apache-2.0

// Both sides of a ring as functions that a test can call. Each returns an int: what the call of the
// same name says, or 0.

#include "spsc_ring.h"

#include <string.h>

#define SIDE(name, ...) \
  int name(__VA_ARGS__); \
  int name(__VA_ARGS__)

SIDE(side_size, void) {
  size_t writer = sizeof(struct spsc_writer);
  size_t reader = sizeof(struct spsc_reader);
  return (int)(writer > reader ? writer : reader);
}

SIDE(writer_open, struct spsc_writer *writer, uint8_t *writers, uint64_t size,
     const uint8_t *readers, uint32_t capacity) {
  return spsc_open_writer(writer, writers, size, readers, SPSC_READER_PART, capacity);
}

SIDE(writer_offer, struct spsc_writer *writer, uint32_t type, const void *message,
     uint32_t length) {
  return spsc_offer(writer, type, message, length);
}

// Where in the data area the payload goes, or an answer.
SIDE(writer_claim, struct spsc_writer *writer, uint32_t type, uint32_t length) {
  volatile void *payload;
  enum spsc_answer answer = spsc_claim(writer, type, length, &payload);
  return answer == SPSC_OK ? (int)((volatile uint8_t *)payload - writer->data) : (int)answer;
}

SIDE(writer_commit, struct spsc_writer *writer) { return spsc_commit(writer); }

SIDE(writer_abort, struct spsc_writer *writer) { return spsc_abort(writer); }

SIDE(writer_sleep, struct spsc_writer *writer, uint32_t length) {
  return spsc_writer_sleep(writer, length);
}

SIDE(writer_wake, struct spsc_writer *writer) {
  spsc_writer_wake(writer);
  return 0;
}

SIDE(writer_peer_sleeps, struct spsc_writer *writer) { return spsc_writer_peer_sleeps(writer); }

SIDE(writer_breach, struct spsc_writer *writer) { return writer->session.breach; }

SIDE(writer_connected, struct spsc_writer *writer) { return writer->session.connected; }

SIDE(writer_peer_died, struct spsc_writer *writer) {
  spsc_writer_peer_died(writer);
  return 0;
}

SIDE(writer_close, struct spsc_writer *writer) {
  spsc_close_writer(writer);
  return 0;
}

SIDE(reader_open, struct spsc_reader *reader, const uint8_t *writers, uint64_t size,
     uint8_t *readers) {
  return spsc_open_reader(reader, writers, size, readers, SPSC_READER_PART);
}

// Appends type, length and payload to a buffer.
static void append(void *context, const struct spsc_message *message) {
  uint8_t **buffer = context;
  memcpy(*buffer, &message->type, 4);
  memcpy(*buffer + 4, &message->length, 4);
  memcpy(*buffer + 8, (const void *)message->payload, message->length);
  *buffer += 8 + message->length;
}

SIDE(reader_drain, struct spsc_reader *reader, uint8_t *buffer, int limit) {
  return spsc_drain(reader, append, &buffer, limit);
}

SIDE(reader_peek, struct spsc_reader *reader, uint8_t *buffer) {
  struct spsc_message message;
  int answer = spsc_peek(reader, &message);
  if (answer > 0) {
    append(&buffer, &message);
    spsc_release(reader);
  }
  return answer;
}

SIDE(reader_sleep, struct spsc_reader *reader) { return spsc_reader_sleep(reader); }

SIDE(reader_wake, struct spsc_reader *reader) {
  spsc_reader_wake(reader);
  return 0;
}

SIDE(reader_peer_sleeps, struct spsc_reader *reader) { return spsc_reader_peer_sleeps(reader); }

SIDE(reader_breach, struct spsc_reader *reader) { return reader->session.breach; }

SIDE(reader_connected, struct spsc_reader *reader) { return reader->session.connected; }

SIDE(reader_close, struct spsc_reader *reader) {
  spsc_close_reader(reader);
  return 0;
}
