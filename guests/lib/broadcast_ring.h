// SPDX-License-Identifier: Apache-2.0
#pragma once

// A ring of messages of any length from one writer to up to 64 readers, over shared memory; the
// format is docs/ring-format.md's, and the Java side of it is tombolo.ring.BroadcastRing. The
// writer holds back for some readers. The others are lossy: they fall behind, and know how many
// messages they have missed. Needs C11 with its atomics and nothing else.
//
// A side belongs to one thread or hart. What other sides write is hostile: each word is loaded once
// and checked against what this side keeps for itself. A payload that is read in place may change
// while it is read, so copy first what you check.

#include "spsc_ring.h"

#define BCAST_MAX_READERS 64u
#define BCAST_READER_PART 0x100u  // bytes of a reader's part; the writer's has bcast_writer_part()

// What a call says besides what enum spsc_answer has. No answer is positive.
enum {
  BCAST_LOST = -7,     // a lossy reader was overtaken: once for each gap, before what is behind it
  BCAST_CUT_OFF = -8,  // the writer holds back no longer, and may have overwritten the messages of
                       // this very call: once, then the reader asks to be admitted anew
};

// How another side has broken the format.
enum bcast_breach {
  BCAST_NO_BREACH,
  BCAST_BREACH_HEAD,             // a generation, but another magic number or version
  BCAST_BREACH_MODE,             // a reader neither holds the writer back nor is lossy
  BCAST_BREACH_CAPACITY,         // no power of two in range, or more than there is memory
  BCAST_BREACH_READER_POSITION,  // it went back, is ahead of the writer's, or has wrong low bits
  BCAST_BREACH_WRITER_POSITION,  // no record can begin where the writer says
  BCAST_BREACH_SEQUENCE,         // a message has another number than the one that must come
  BCAST_BREACH_RECORD_LENGTH,    // longer than allowed, or than there is room to the end
  BCAST_BREACH_RECORD_TYPE,      // neither a message nor padding
  BCAST_BREACH_PADDING,          // does not end at the end, too long, or nothing behind it
};

// What the writer knows of a reader.
struct bcast_seen {
  const volatile uint8_t *part;
  uint64_t life;      // that is dealt with; 0 none
  uint64_t position;  // as last seen, if it is held back for
  uint64_t rung_life;
  uint32_t rung;      // the sleep of that life that it was rung for
  enum bcast_breach breach;
};

struct bcast_writer {
  volatile uint8_t *own;
  volatile uint8_t *data;
  uint32_t capacity;
  bool begun;  // this life's stream
  bool closed;
  uint64_t generation;
  uint64_t written;  // where the next record begins
  uint64_t read;     // the slowest reader's position as last seen
  uint64_t claimed;  // what the word in memory says
  uint64_t zeroed;   // the data area is zero from `written` to here
  uint64_t messages;
  bool claiming;
  uint32_t claim_type;
  uint32_t claim_length;
  uint32_t claim_index;
  uint32_t readers;
  uint32_t turn;
  uint64_t holding;          // a bit for each reader that is held back for
  uint64_t of_earlier_life;  // and for each that may still read an earlier life's stream
  struct bcast_seen seen[BCAST_MAX_READERS];
};

// Of a reader of either kind.
struct bcast_session {
  volatile uint8_t *own;
  const volatile uint8_t *peers;
  const volatile uint8_t *data;
  uint64_t room;  // bytes that can be mapped behind the writer's table
  uint32_t number;
  uint32_t mode;
  uint32_t capacity;  // of the writer that was joined
  uint32_t rung;
  bool connected;
  bool owes_restart;
  bool closed;
  bool handling;
  uint64_t generation;
  uint64_t peer;    // the writer's as last seen
  uint64_t joined;  // what this side's part says it has joined
  enum bcast_breach breach;
};

struct bcast_reader {
  struct bcast_session session;
  uint64_t hold;      // what the writer's table says as long as it holds back
  uint64_t read;      // where the next record begins
  uint64_t released;  // what this side's position in memory says
  bool cut_off;
};

struct bcast_lossy_reader {
  struct bcast_session session;
  uint8_t *buffer;
  uint32_t type;  // of the message in the buffer
  uint32_t length;
  uint64_t sequence;
  uint64_t end;
  bool pending;       // it is still to be handed over
  uint64_t gap;       // messages lost before it, which is said first
  uint64_t next;      // where the next record begins
  uint64_t expected;  // the number of the next message
  uint64_t number;    // of the message handed over last, from 0
  uint64_t lost;      // since this was opened
};

static inline uint64_t bcast_writer_part(uint32_t capacity) { return 0x500 + (uint64_t)capacity; }

// The longest message.
static inline uint32_t bcast_max_length(uint32_t capacity) { return capacity / 2 - 16; }

// Becomes the writer of a ring; whoever was it before must have ended. The parts begin at multiples
// of 8, better of 128. `reader_parts` points to as many as there are readers, 1 to 64, of
// BCAST_READER_PART bytes each. The capacity is a power of two. SPSC_OK or SPSC_MISUSE.
static inline enum spsc_answer bcast_open_writer(
    struct bcast_writer *writer, volatile void *writer_part, uint64_t writer_size,
    const volatile void *const *reader_parts, uint32_t readers, uint32_t capacity);

// Copies a message into the ring. SPSC_OK, or, and then nothing was written, SPSC_BACK_PRESSURED,
// SPSC_NOT_CONNECTED while a reader still reads what an earlier writer has published, SPSC_MISUSE.
static inline enum spsc_answer bcast_offer(
    struct bcast_writer *writer, uint32_t type, const void *message, uint32_t length);

// Room for a message to be written in place, at *payload. Nobody sees it before bcast_commit().
static inline enum spsc_answer bcast_claim(
    struct bcast_writer *writer, uint32_t type, uint32_t length, volatile void **payload);
static inline enum spsc_answer bcast_commit(struct bcast_writer *writer);
static inline enum spsc_answer bcast_abort(struct bcast_writer *writer);

// Looks at all readers and admits those that have asked. Each offer looks at one of them, in turn.
// For how many the writer holds back now.
static inline uint32_t bcast_admit(struct bcast_writer *writer);

// Somebody knows that this reader is dead: its present life is not held back for.
static inline void bcast_reader_is_dead(struct bcast_writer *writer, uint32_t reader);

// Becomes reader `number`, for which the writer holds back.
static inline enum spsc_answer bcast_open_reader(
    struct bcast_reader *reader, const volatile void *writer_part, uint64_t writer_size,
    volatile void *reader_part, uint64_t reader_size, uint32_t number);

// Becomes a lossy one. Messages are copied into the buffer, aligned to 8, which must have room for
// the longest message: it bounds the capacity of the writers that can be joined.
static inline enum spsc_answer bcast_open_lossy_reader(
    struct bcast_lossy_reader *reader, const volatile void *writer_part, uint64_t writer_size,
    volatile void *reader_part, uint64_t reader_size, uint32_t number, void *buffer,
    uint32_t buffer_size);

// Reads up to `limit` messages that are there. How many, 0 for none, or an answer, which is
// negative.
static inline int32_t bcast_drain(
    struct bcast_reader *reader, spsc_handler *handler, void *context, int32_t limit);
static inline int32_t bcast_drain_lossy(
    struct bcast_lossy_reader *reader, spsc_handler *handler, void *context, int32_t limit);

// As in spsc_ring.h. The bell of a writer rings all its readers.
static inline bool bcast_writer_sleep(struct bcast_writer *writer, uint32_t length);
static inline bool bcast_reader_sleep(struct bcast_reader *reader);
static inline bool bcast_lossy_reader_sleep(struct bcast_lossy_reader *reader);
static inline void bcast_writer_wake(struct bcast_writer *writer);
static inline void bcast_wake(struct bcast_session *reader);
static inline bool bcast_writer_peer_sleeps(struct bcast_writer *writer);
static inline bool bcast_peer_sleeps(struct bcast_session *reader);

static inline void bcast_close_writer(struct bcast_writer *writer);
static inline void bcast_close(struct bcast_session *reader);

// The rest is for nobody else.

enum {
  BCAST_MODE_AT = SPSC_CAPACITY_AT,
  BCAST_STREAM_AT = 0x28,
  BCAST_CLAIMED_AT = 0x30,
  BCAST_LOST_AT = 0x88,
  BCAST_LATEST_AT = 0x90,
  BCAST_TABLE_AT = 0x100,
  BCAST_DATA_AT = 0x500,
  BCAST_HOLDS = 1,
  BCAST_LOSSY = 2,
  BCAST_LET_GO = 2,
  BCAST_SEQUENCE_AT = 8,  // of a message's number, in its record
};

#define BCAST_WRITER_MAGIC 0x42424d54u
#define BCAST_READER_MAGIC 0x53424d54u
#define BCAST_HEADER 16u

static inline uint32_t bcast_life_at(uint32_t reader) { return BCAST_TABLE_AT + 16 * reader; }

static inline uint32_t bcast_hold_at(uint32_t reader) { return bcast_life_at(reader) + 8; }

static inline uint32_t bcast_record(uint32_t length) { return (BCAST_HEADER + length + 7) & ~7u; }

// Bytes of the record with that header, which is not zero; 0 if it is wrong.
static inline uint32_t bcast_check(
    const volatile uint8_t *data, uint32_t capacity, uint32_t index, uint64_t header) {
  uint32_t type = (uint32_t)(header >> 32);
  uint32_t length = (uint32_t)header;
  uint32_t to_end = capacity - index;
  if (type == SPSC_PADDING) {
    // Published by the same store as the message behind it, at the data area's start.
    uint32_t behind = (uint32_t)(spsc_acquire(data, 0) >> 32);
    bool right = length == to_end - SPSC_HEADER && to_end < capacity / 2 && behind != 0 &&
                 behind <= INT32_MAX;
    return right ? to_end : 0;
  }
  if (type == 0 || type > INT32_MAX || length > bcast_max_length(capacity) ||
      bcast_record(length) > to_end) {
    return 0;
  }
  return bcast_record(length);
}

static inline enum bcast_breach bcast_wrong(uint64_t header) {
  uint32_t type = (uint32_t)(header >> 32);
  if (type == SPSC_PADDING) {
    return BCAST_BREACH_PADDING;
  }
  return type == 0 || type > INT32_MAX ? BCAST_BREACH_RECORD_TYPE : BCAST_BREACH_RECORD_LENGTH;
}

// Begins another life of the writer. What the readers of an earlier one need stays.
static inline void bcast_format_writer(struct bcast_writer *writer) {
  volatile uint8_t *own = writer->own;
  bool is_new = spsc_get32(own, SPSC_MAGIC_AT) != BCAST_WRITER_MAGIC ||
                spsc_get32(own, SPSC_VERSION_AT) != SPSC_VERSION;
  uint64_t remembered[BCAST_MAX_READERS + 2];
  uint32_t count = 0;
  for (; count < writer->readers; count++) {
    remembered[count] = spsc_get(writer->seen[count].part, SPSC_PEER_AT);
  }
  remembered[count++] = is_new ? 0 : spsc_get(own, BCAST_STREAM_AT);
  remembered[count++] = spsc_get(own, SPSC_GENERATION_AT);
  uint64_t generation = spsc_get(own, SPSC_LIVES_AT) + 1;
  for (uint32_t i = 0; i < count; i++) {
    if (generation == 0 || generation == remembered[i]) {
      generation++;
      i = UINT32_MAX;  // from the start; no more often than there are numbers
    }
  }
  generation += generation == 0;
  spsc_publish(own, SPSC_GENERATION_AT, 0);
  atomic_thread_fence(memory_order_release);
  if (is_new) {
    for (uint32_t at = SPSC_PEER_AT; at < BCAST_DATA_AT; at += 8) {
      if (at != SPSC_LIVES_AT) {
        spsc_put(own, at, 0);
      }
    }
    atomic_thread_fence(memory_order_release);
  }
  spsc_put(own, SPSC_LIVES_AT, generation);
  atomic_thread_fence(memory_order_release);
  spsc_put32(own, SPSC_MAGIC_AT, BCAST_WRITER_MAGIC);
  spsc_put32(own, SPSC_VERSION_AT, SPSC_VERSION);
  spsc_put(own, SPSC_CAPACITY_AT, writer->capacity);
  spsc_put32(own, SPSC_SLEEP_AT, (spsc_get32(own, SPSC_SLEEP_AT) + 1) & ~1u);
  spsc_publish(own, SPSC_GENERATION_AT, generation);
  writer->generation = generation;
  for (uint32_t i = 0; i < writer->readers; i++) {
    writer->of_earlier_life |= (spsc_get(own, bcast_hold_at(i)) & SPSC_PRESENT) << i;
  }
}

static inline enum spsc_answer bcast_open_writer(
    struct bcast_writer *writer, volatile void *writer_part, uint64_t writer_size,
    const volatile void *const *reader_parts, uint32_t readers, uint32_t capacity) {
  if (!spsc_is_capacity(capacity) || !spsc_is_part(writer_part, writer_size) ||
      writer_size < bcast_writer_part(capacity) || readers == 0 || readers > BCAST_MAX_READERS) {
    return SPSC_MISUSE;
  }
  *writer = (struct bcast_writer){
      .own = writer_part,
      .data = (volatile uint8_t *)writer_part + BCAST_DATA_AT,
      .capacity = capacity,
      .readers = readers,
  };
  for (uint32_t i = 0; i < readers; i++) {
    if (!spsc_is_part(reader_parts[i], BCAST_READER_PART)) {
      return SPSC_MISUSE;
    }
    writer->seen[i].part = reader_parts[i];
  }
  bcast_format_writer(writer);
  return SPSC_OK;
}

static inline bool bcast_holds_back_for(const struct bcast_writer *writer, uint32_t reader) {
  return (writer->holding >> reader & 1) != 0;
}

// Holds back no longer for a reader. It finds that out, because this store comes before the one
// that claims what it was held back from, and that before the first store into it.
static inline void bcast_let_go(struct bcast_writer *writer, uint32_t reader) {
  writer->holding &= ~(1ull << reader);
  spsc_publish(writer->own, bcast_hold_at(reader), BCAST_LET_GO);
}

// Deals with a life of a reader without holding back for it.
static inline void bcast_do_not_hold(struct bcast_writer *writer, uint32_t reader, uint64_t life) {
  bcast_let_go(writer, reader);
  writer->seen[reader].life = life;
  if (life != 0) {
    spsc_publish(writer->own, bcast_life_at(reader), life);
  }
}

// Another life of a reader, or it has gone: admits it, if it is ready.
static inline void bcast_look(struct bcast_writer *writer, uint32_t reader) {
  struct bcast_seen *seen = &writer->seen[reader];
  uint64_t found = spsc_acquire(seen->part, SPSC_GENERATION_AT);
  if (bcast_holds_back_for(writer, reader)) {
    bcast_let_go(writer, reader);
  }
  seen->life = 0;
  if (found == 0) {
    return;
  }
  uint32_t magic = spsc_get32(seen->part, SPSC_MAGIC_AT);
  uint32_t version = spsc_get32(seen->part, SPSC_VERSION_AT);
  uint64_t mode = spsc_get(seen->part, BCAST_MODE_AT);
  bool joined = spsc_acquire(seen->part, SPSC_PEER_AT) == writer->generation;
  if (spsc_get(seen->part, SPSC_GENERATION_AT) != found) {
    return;  // it is being written: looked at again
  }
  if (magic != BCAST_READER_MAGIC || version != SPSC_VERSION) {
    seen->breach = BCAST_BREACH_HEAD;
    bcast_do_not_hold(writer, reader, found);
  } else if (mode != BCAST_HOLDS && mode != BCAST_LOSSY) {
    seen->breach = BCAST_BREACH_MODE;
    bcast_do_not_hold(writer, reader, found);
  } else if (joined && mode == BCAST_LOSSY) {
    seen->breach = BCAST_NO_BREACH;
    bcast_do_not_hold(writer, reader, found);
  } else if (joined) {
    seen->breach = BCAST_NO_BREACH;
    seen->life = found;
    seen->position = writer->written;
    writer->holding |= 1ull << reader;
    spsc_publish(writer->own, bcast_hold_at(reader), writer->written | SPSC_PRESENT);
    spsc_publish(writer->own, bcast_life_at(reader), found);
  }
}

// Takes note of how far a reader has got, or throws it out.
static inline void bcast_follow(struct bcast_writer *writer, uint32_t reader) {
  struct bcast_seen *seen = &writer->seen[reader];
  uint64_t found = spsc_acquire(seen->part, SPSC_POSITION_AT);
  if (found == 0) {
    return;  // it has not begun yet, or begins another life
  }
  uint64_t position = found - SPSC_PRESENT;
  if ((position & 7) == 0 && position - seen->position <= writer->written - seen->position) {
    seen->position = position;
  } else {
    seen->breach = BCAST_BREACH_READER_POSITION;
    bcast_let_go(writer, reader);
  }
}

static inline void bcast_look_if_new(struct bcast_writer *writer, uint32_t reader) {
  const struct bcast_seen *seen = &writer->seen[reader];
  if (spsc_acquire(seen->part, SPSC_GENERATION_AT) != seen->life) {
    bcast_look(writer, reader);
  }
}

// Looks at all readers, and so at how far the slowest has got.
static inline void bcast_look_at_all(struct bcast_writer *writer) {
  uint64_t behind = 0;
  for (uint32_t i = 0; i < writer->readers; i++) {
    bcast_look_if_new(writer, i);
    if (bcast_holds_back_for(writer, i)) {
      bcast_follow(writer, i);
    }
    if (bcast_holds_back_for(writer, i) && writer->written - writer->seen[i].position > behind) {
      behind = writer->written - writer->seen[i].position;
    }
  }
  writer->read = writer->written - behind;
}

// Whether nobody reads any more what an earlier life of the writer has published.
static inline bool bcast_have_left(struct bcast_writer *writer) {
  for (uint32_t i = 0; i < writer->readers; i++) {
    const volatile uint8_t *part = writer->seen[i].part;
    if ((writer->of_earlier_life >> i & 1) != 0 &&
        (spsc_acquire(part, SPSC_GENERATION_AT) != spsc_get(writer->own, bcast_life_at(i)) ||
         spsc_acquire(part, SPSC_PEER_AT) == writer->generation)) {
      writer->of_earlier_life &= ~(1ull << i);
    }
  }
  return writer->of_earlier_life == 0;
}

// Whether this life's stream has begun; begins it, if nobody reads an earlier one any more. The
// stream's name is 0 meanwhile, before anything that describes it or is in it changes.
static inline bool bcast_has_begun(struct bcast_writer *writer) {
  if (writer->begun || !bcast_have_left(writer)) {
    return writer->begun;
  }
  volatile uint8_t *own = writer->own;
  spsc_publish(own, BCAST_STREAM_AT, 0);
  atomic_thread_fence(memory_order_release);
  for (uint32_t i = 0; i < BCAST_MAX_READERS; i++) {
    bool dead = i < writer->readers && writer->seen[i].life != 0;
    spsc_put(own, bcast_hold_at(i), dead ? BCAST_LET_GO : 0);
  }
  spsc_put(own, SPSC_POSITION_AT, 0);
  spsc_put(own, SPSC_MESSAGES_AT, 0);
  spsc_put(own, BCAST_LATEST_AT, 0);
  writer->claimed = SPSC_HEADER;
  writer->zeroed = SPSC_HEADER;
  spsc_put(own, BCAST_CLAIMED_AT, writer->claimed);
  spsc_put(writer->data, 0, 0);
  spsc_publish(own, BCAST_STREAM_AT, writer->generation);
  writer->begun = true;
  return true;
}

// Bytes from the writer's position to the end of a record of that size, padding included.
static inline uint32_t bcast_needed(const struct bcast_writer *writer, uint32_t size) {
  uint32_t to_end = writer->capacity - spsc_index(writer->written, writer->capacity);
  return size <= to_end ? size : to_end + size;
}

// With the word behind the record, which says that nothing follows.
static inline bool bcast_has_room(const struct bcast_writer *writer, uint32_t needed) {
  return writer->written - writer->read + needed + SPSC_HEADER <= writer->capacity;
}

// Says how far this side is about to store: behind all that it has stored so far, before all that
// it stores next; so who has loaded any of the latter finds this.
static inline void bcast_put_claim(struct bcast_writer *writer, uint64_t end) {
  writer->claimed =
      end - writer->read > writer->capacity ? writer->read + writer->capacity : end;
  spsc_publish(writer->own, BCAST_CLAIMED_AT, writer->claimed);
  atomic_thread_fence(memory_order_release);
}

static inline enum spsc_answer bcast_reserve(
    struct bcast_writer *writer, uint32_t type, uint32_t length, uint32_t *index) {
  if (type == 0 || type > INT32_MAX || length > bcast_max_length(writer->capacity) ||
      writer->claiming || writer->closed) {
    return SPSC_MISUSE;
  }
  if (!writer->begun && !bcast_has_begun(writer)) {
    return SPSC_NOT_CONNECTED;
  }
  bcast_look_if_new(writer, writer->turn);
  writer->turn = writer->turn + 1 == writer->readers ? 0 : writer->turn + 1;
  uint32_t size = bcast_record(length);
  uint32_t needed = bcast_needed(writer, size);
  if (!bcast_has_room(writer, needed)) {
    bcast_look_at_all(writer);
    if (!bcast_has_room(writer, needed)) {
      return SPSC_BACK_PRESSURED;
    }
  }
  uint64_t end = writer->written + needed + SPSC_HEADER;
  if (end > writer->claimed) {
    uint64_t ahead = spsc_least(writer->capacity / 16, SPSC_ZEROED_AT_ONCE) & ~7ull;
    bcast_put_claim(writer, size > SPSC_SHORT_RECORD ? end : end + ahead);
  }
  *index = needed == size ? spsc_index(writer->written, writer->capacity) : 0;
  return SPSC_OK;
}

// Publishes a record by one store, that of its header or of the header of padding before it.
static inline void bcast_put_record(
    struct bcast_writer *writer, uint32_t index, uint32_t type, uint32_t length) {
  uint32_t next = spsc_index(writer->written, writer->capacity);
  uint64_t begin = index == next ? writer->written : writer->written + writer->capacity - next;
  uint64_t end = begin + bcast_record(length);
  if (end + SPSC_HEADER > writer->zeroed) {
    // Plain stores into what is claimed: the header's store comes behind them.
    uint32_t at = spsc_index(end, writer->capacity);
    uint64_t bytes = spsc_least(writer->claimed - end, writer->capacity - at);
    __builtin_memset((uint8_t *)writer->data + at, 0, bytes);
    writer->zeroed = end + bytes;
  }
  spsc_put(writer->data, index + BCAST_SEQUENCE_AT, writer->messages);
  if (index == next) {
    spsc_publish(writer->data, next, spsc_header(type, length));
  } else {
    spsc_put(writer->data, index, spsc_header(type, length));
    uint32_t padding = writer->capacity - next - SPSC_HEADER;
    spsc_publish(writer->data, next, spsc_header(SPSC_PADDING, padding));
  }
  writer->written = end;
  spsc_publish(writer->own, BCAST_LATEST_AT, begin);
  spsc_put(writer->own, SPSC_POSITION_AT, end);
  spsc_put(writer->own, SPSC_MESSAGES_AT, ++writer->messages);
}

static inline enum spsc_answer bcast_offer(
    struct bcast_writer *writer, uint32_t type, const void *message, uint32_t length) {
  uint32_t index;
  enum spsc_answer answer = bcast_reserve(writer, type, length, &index);
  if (answer == SPSC_OK) {
    if (length > 0) {
      __builtin_memcpy((uint8_t *)writer->data + index + BCAST_HEADER, message, length);
    }
    bcast_put_record(writer, index, type, length);
  }
  return answer;
}

static inline enum spsc_answer bcast_claim(
    struct bcast_writer *writer, uint32_t type, uint32_t length, volatile void **payload) {
  uint32_t index;
  enum spsc_answer answer = bcast_reserve(writer, type, length, &index);
  if (answer == SPSC_OK) {
    writer->claiming = true;
    writer->claim_type = type;
    writer->claim_length = length;
    writer->claim_index = index;
    *payload = writer->data + index + BCAST_HEADER;
  }
  return answer;
}

static inline enum spsc_answer bcast_commit(struct bcast_writer *writer) {
  if (!writer->claiming || writer->closed) {
    return SPSC_MISUSE;
  }
  writer->claiming = false;
  bcast_put_record(writer, writer->claim_index, writer->claim_type, writer->claim_length);
  return SPSC_OK;
}

static inline enum spsc_answer bcast_abort(struct bcast_writer *writer) {
  if (!writer->claiming) {
    return SPSC_MISUSE;
  }
  writer->claiming = false;
  writer->zeroed = writer->written + SPSC_HEADER;  // of the rest the caller may have written
  return SPSC_OK;
}

static inline uint32_t bcast_admit(struct bcast_writer *writer) {
  if (!writer->closed && bcast_has_begun(writer)) {
    bcast_look_at_all(writer);
  }
  return (uint32_t)__builtin_popcountll(writer->holding);
}

static inline void bcast_reader_is_dead(struct bcast_writer *writer, uint32_t reader) {
  if (reader < writer->readers) {
    writer->of_earlier_life &= ~(1ull << reader);
    uint64_t life = spsc_acquire(writer->seen[reader].part, SPSC_GENERATION_AT);
    bcast_do_not_hold(writer, reader, life);
  }
}

static inline bool bcast_writer_sleep(struct bcast_writer *writer, uint32_t length) {
  spsc_sleep(writer->own);
  bool news;
  if (writer->begun) {
    bcast_look_at_all(writer);
    news = bcast_has_room(writer, bcast_needed(writer, bcast_record(length)));
  } else {
    news = bcast_have_left(writer);
  }
  if (news) {
    spsc_wake(writer->own);
  }
  return !news;
}

static inline void bcast_writer_wake(struct bcast_writer *writer) { spsc_wake(writer->own); }

// Readers that were not looked at yet count, too: a lossy one may sleep before that.
static inline bool bcast_writer_peer_sleeps(struct bcast_writer *writer) {
  atomic_thread_fence(memory_order_seq_cst);
  bool any = false;
  for (uint32_t i = 0; i < writer->readers; i++) {
    struct bcast_seen *seen = &writer->seen[i];
    uint32_t number = spsc_get32(seen->part, SPSC_SLEEP_AT);
    if ((number & 1) != 0) {
      uint64_t life = spsc_get(seen->part, SPSC_GENERATION_AT);
      any |= number != seen->rung || life != seen->rung_life;
      seen->rung = number;
      seen->rung_life = life;
    }
  }
  return any;
}

static inline void bcast_close_writer(struct bcast_writer *writer) {
  if (!writer->closed) {
    writer->closed = true;
    spsc_publish(writer->own, SPSC_GENERATION_AT, 0);
  }
}

// Begins another life of a reader.
static inline void bcast_format_reader(struct bcast_session *session) {
  volatile uint8_t *own = session->own;
  uint64_t before = spsc_get(own, SPSC_GENERATION_AT);
  uint64_t dealt_with = spsc_get(session->peers, bcast_life_at(session->number));
  uint64_t generation = spsc_get(own, SPSC_LIVES_AT) + 1;
  while (generation == 0 || generation == before || generation == dealt_with) {
    generation++;
  }
  spsc_publish(own, SPSC_GENERATION_AT, 0);
  atomic_thread_fence(memory_order_release);
  spsc_put32(own, SPSC_MAGIC_AT, BCAST_READER_MAGIC);
  spsc_put32(own, SPSC_VERSION_AT, SPSC_VERSION);
  spsc_put(own, BCAST_MODE_AT, session->mode);
  // Not 0 again: whoever has rung for a sleep of an earlier life would not ring for this one's.
  uint32_t sleep = (spsc_get32(own, SPSC_SLEEP_AT) + 1) & ~1u;
  for (uint32_t at = SPSC_PEER_AT; at < SPSC_HEAD; at += 8) {
    spsc_put(own, at, at == SPSC_LIVES_AT ? generation : at == SPSC_SLEEP_AT ? sleep : 0);
  }
  spsc_publish(own, SPSC_GENERATION_AT, generation);
  session->generation = generation;
  session->peer = 0;
  session->joined = 0;
  session->rung = 0;
  session->connected = false;
  session->owes_restart = false;
  session->breach = BCAST_NO_BREACH;
}

static inline enum spsc_answer bcast_broken(
    struct bcast_session *session, enum bcast_breach breach) {
  session->breach = breach;
  session->connected = false;
  return SPSC_PEER_BROKEN;
}

static inline bool bcast_peer_changed(const struct bcast_session *session) {
  return spsc_acquire(session->peers, SPSC_GENERATION_AT) != session->peer;
}

static inline bool bcast_stream_is(const struct bcast_session *session) {
  return spsc_acquire(session->peers, BCAST_STREAM_AT) == session->peer;
}

// The capacity that the writer says, or 0 if it is none.
static inline uint32_t bcast_says(const struct bcast_session *session) {
  uint64_t says = spsc_get(session->peers, SPSC_CAPACITY_AT);
  return spsc_is_capacity(says) && says <= session->room ? (uint32_t)says : 0;
}

// What is wrong with the writer's head, if anything.
static inline enum bcast_breach bcast_head(const struct bcast_session *session) {
  if (spsc_get32(session->peers, SPSC_MAGIC_AT) != BCAST_WRITER_MAGIC ||
      spsc_get32(session->peers, SPSC_VERSION_AT) != SPSC_VERSION) {
    return BCAST_BREACH_HEAD;
  }
  return bcast_says(session) != 0 ? BCAST_NO_BREACH : BCAST_BREACH_CAPACITY;
}

// Takes note of the writer's generation, and asks it to be let in. SPSC_OK: there is a writer.
static inline enum spsc_answer bcast_ask(struct bcast_session *session) {
  if (session->breach != BCAST_NO_BREACH) {
    return SPSC_PEER_BROKEN;
  }
  uint64_t found = spsc_acquire(session->peers, SPSC_GENERATION_AT);
  if (found != session->peer) {
    session->connected = false;
    session->rung = 0;
    if (found != 0) {
      enum bcast_breach breach = bcast_head(session);
      atomic_thread_fence(memory_order_acquire);
      if (spsc_get(session->peers, SPSC_GENERATION_AT) != found) {
        return SPSC_NOT_CONNECTED;  // it is being written: the next call looks again
      }
      if (breach != BCAST_NO_BREACH) {
        bool blank = spsc_get32(session->peers, SPSC_MAGIC_AT) == 0;  // it is being cleared
        return blank ? SPSC_NOT_CONNECTED : bcast_broken(session, breach);
      }
    }
    session->peer = found;
    if (session->owes_restart) {
      session->owes_restart = found == 0;
      return found == 0 ? SPSC_PEER_GONE : SPSC_PEER_RESTARTED;
    }
  }
  if (session->peer == 0) {
    return SPSC_NOT_CONNECTED;
  }
  if (!session->connected && session->joined != session->peer) {
    // Again: a life that this side has not said it joined may have ended, and another one have
    // taken its number, and another capacity.
    uint32_t capacity = bcast_says(session);
    atomic_thread_fence(memory_order_acquire);
    if (bcast_peer_changed(session)) {
      return SPSC_NOT_CONNECTED;
    }
    if (capacity == 0) {
      return bcast_broken(session, BCAST_BREACH_CAPACITY);
    }
    session->capacity = capacity;
    session->joined = session->peer;
    if (session->mode == BCAST_HOLDS) {
      spsc_put(session->own, SPSC_POSITION_AT, 0);
    }
    spsc_publish(session->own, SPSC_PEER_AT, session->peer);
  }
  return SPSC_OK;
}

// Whether this side has asked, and may have been let in since. By a writer that has ended, too,
// and then what that one has published comes first.
static inline bool bcast_waits(const struct bcast_session *session) {
  return !session->connected && session->breach == BCAST_NO_BREACH && session->peer != 0 &&
         session->joined == session->peer;
}

static inline void bcast_connect(struct bcast_session *session) {
  session->connected = true;
  session->owes_restart = true;
}

// Whether the next call would say something or get on with joining, rather than wait.
static inline bool bcast_has_news(const struct bcast_session *session, bool accepted) {
  if (session->breach != BCAST_NO_BREACH || bcast_peer_changed(session)) {
    return true;
  }
  return !session->connected && session->peer != 0 &&
         (accepted || session->joined != session->peer);
}

static inline bool bcast_open_session(
    struct bcast_session *session, const volatile void *writer_part, uint64_t writer_size,
    volatile void *reader_part, uint64_t reader_size, uint32_t number, uint32_t mode) {
  if (!spsc_is_part(writer_part, writer_size) || writer_size < BCAST_DATA_AT ||
      !spsc_is_part(reader_part, reader_size) || number >= BCAST_MAX_READERS) {
    return false;
  }
  *session = (struct bcast_session){
      .own = reader_part,
      .peers = writer_part,
      .data = (const volatile uint8_t *)writer_part + BCAST_DATA_AT,
      .room = writer_size - BCAST_DATA_AT,
      .number = number,
      .mode = mode,
  };
  bcast_format_reader(session);
  return true;
}

static inline void bcast_wake(struct bcast_session *reader) { spsc_wake(reader->own); }

static inline bool bcast_peer_sleeps(struct bcast_session *reader) {
  if (reader->mode == BCAST_LOSSY) {
    return false;  // no writer waits for it
  }
  atomic_thread_fence(memory_order_seq_cst);
  uint32_t number = spsc_get32(reader->peers, SPSC_SLEEP_AT);
  if ((number & 1) == 0 || number == reader->rung) {
    return false;
  }
  reader->rung = number;
  return true;
}

static inline void bcast_close(struct bcast_session *reader) {
  if (!reader->closed) {
    reader->closed = true;
    reader->connected = false;
    spsc_publish(reader->own, SPSC_GENERATION_AT, 0);
  }
}

static inline uint64_t bcast_hold(const struct bcast_session *session) {
  return spsc_acquire(session->peers, bcast_hold_at(session->number));
}

// Whether the writer has admitted or refused this life of the reader.
static inline bool bcast_is_dealt_with(const struct bcast_session *session) {
  return bcast_stream_is(session) &&
         spsc_acquire(session->peers, bcast_life_at(session->number)) == session->generation &&
         bcast_hold(session) != 0;
}

// Whether the writer still holds back. It says that it no longer does before it stores anything
// that it was held back from; so if it says so still, after some loads, those have loaded nothing
// of the kind.
static inline bool bcast_is_held(const struct bcast_reader *reader) {
  atomic_thread_fence(memory_order_acquire);
  return bcast_hold(&reader->session) == reader->hold;
}

// Begins to read, if it was admitted. An answer that is to be said where there is no message.
static inline int32_t bcast_begin(struct bcast_reader *reader) {
  struct bcast_session *session = &reader->session;
  if (!bcast_is_dealt_with(session)) {
    return 0;
  }
  reader->hold = bcast_hold(session);
  if (reader->hold == BCAST_LET_GO) {
    bcast_format_reader(session);
    return BCAST_CUT_OFF;
  }
  reader->read = reader->hold - SPSC_PRESENT;
  reader->released = reader->read;
  if ((reader->read & 7) != 0) {
    return bcast_broken(session, BCAST_BREACH_WRITER_POSITION);
  }
  spsc_publish(session->own, SPSC_POSITION_AT, reader->hold);
  bcast_connect(session);
  return 0;
}

// Joins, as far as it can.
static inline int32_t bcast_join(struct bcast_reader *reader) {
  struct bcast_session *session = &reader->session;
  if (bcast_waits(session)) {
    bool ended = bcast_peer_changed(session);  // first: then what it says of readers is final
    int32_t answer = bcast_begin(reader);
    if (session->connected || answer != 0 || !ended) {
      return answer;
    }
  }
  enum spsc_answer answer = bcast_ask(session);
  return answer != SPSC_OK || session->connected ? spsc_or_nothing(answer) : bcast_begin(reader);
}

static inline enum spsc_answer bcast_open_reader(
    struct bcast_reader *reader, const volatile void *writer_part, uint64_t writer_size,
    volatile void *reader_part, uint64_t reader_size, uint32_t number) {
  *reader = (struct bcast_reader){0};
  if (!bcast_open_session(&reader->session, writer_part, writer_size, reader_part, reader_size,
                          number, BCAST_HOLDS)) {
    return SPSC_MISUSE;
  }
  bcast_join(reader);
  return SPSC_OK;
}

static inline bool bcast_give_back(struct bcast_reader *reader) {
  if (reader->read != reader->released) {
    if (!bcast_is_held(reader)) {
      reader->cut_off = true;
      return false;
    }
    reader->released = reader->read;
    spsc_publish(reader->session.own, SPSC_POSITION_AT, reader->read | SPSC_PRESENT);
  }
  return true;
}

static inline uint64_t bcast_next_header(const struct bcast_session *session, uint64_t position) {
  return spsc_acquire(session->data, spsc_index(position, session->capacity));
}

static inline int32_t bcast_read(
    struct bcast_reader *reader, spsc_handler *handler, void *context, int32_t limit) {
  struct bcast_session *session = &reader->session;
  uint64_t start = reader->read;
  int32_t count = 0;
  while (count < limit && reader->read - start < session->capacity) {
    uint32_t index = spsc_index(reader->read, session->capacity);
    uint64_t header = spsc_acquire(session->data, index);
    if (header == 0) {
      break;
    }
    uint32_t size = bcast_check(session->data, session->capacity, index, header);
    if (size == 0) {
      if (bcast_is_held(reader)) {
        bcast_broken(session, bcast_wrong(header));
      } else {
        reader->cut_off = true;
      }
      break;
    }
    reader->read += size;
    uint32_t type = (uint32_t)(header >> 32);
    if (type != SPSC_PADDING) {
      struct spsc_message message = {type, (uint32_t)header, session->data + index + BCAST_HEADER};
      count++;
      handler(context, &message);
      if (reader->read - reader->released >= session->capacity / 4 && !bcast_give_back(reader)) {
        break;
      }
    }
  }
  bcast_give_back(reader);
  return count;
}

static inline int32_t bcast_drain(
    struct bcast_reader *reader, spsc_handler *handler, void *context, int32_t limit) {
  struct bcast_session *session = &reader->session;
  if (limit <= 0 || session->handling || session->closed) {
    return SPSC_MISUSE;
  }
  if (!session->connected) {
    int32_t answer = bcast_join(reader);
    if (!session->connected) {
      return answer;
    }
  }
  int32_t count = 0;
  reader->cut_off = !bcast_is_held(reader);
  if (!reader->cut_off) {
    session->handling = true;
    count = bcast_read(reader, handler, context, limit);
    session->handling = false;
  }
  if (reader->cut_off) {
    reader->cut_off = false;
    bcast_format_reader(session);
    return BCAST_CUT_OFF;
  }
  if (count > 0) {
    return count;
  }
  if (session->breach != BCAST_NO_BREACH) {
    return SPSC_PEER_BROKEN;
  }
  // A writer that has started anew stores nothing before this side has joined it, so what the old
  // one had published, even between these loads, is still there, and comes first.
  if (bcast_peer_changed(session) && bcast_next_header(session, reader->read) == 0 &&
      bcast_is_held(reader)) {
    return bcast_join(reader);
  }
  return 0;
}

static inline bool bcast_reader_sleep(struct bcast_reader *reader) {
  struct bcast_session *session = &reader->session;
  spsc_sleep(session->own);
  if (bcast_has_news(session, bcast_is_dealt_with(session)) ||
      (session->connected &&
       (bcast_next_header(session, reader->read) != 0 || !bcast_is_held(reader)))) {
    spsc_wake(session->own);
    return false;
  }
  return true;
}

enum bcast_found { BCAST_NOTHING, BCAST_MESSAGE, BCAST_OVERTAKEN, BCAST_WRONG };

// Whether what has been loaded from a position on is of the stream that this side has joined, and
// nobody had begun to overwrite it. The writer names no stream before it says what it claims for
// another one, so the stream's name is loaded last.
static inline bool bcast_is_intact(const struct bcast_session *session, uint64_t from) {
  atomic_thread_fence(memory_order_acquire);
  uint64_t claimed = spsc_acquire(session->peers, BCAST_CLAIMED_AT);
  return claimed - from <= session->capacity && bcast_stream_is(session);
}

// Copies the message whose record, or padding before it, is at a position. Everything is loaded
// first, then looked at: if the writer has not claimed any of it by then, it is what was published.
static inline enum bcast_found bcast_copy(struct bcast_lossy_reader *reader, uint64_t from) {
  struct bcast_session *session = &reader->session;
  const volatile uint8_t *data = session->data;
  uint32_t capacity = session->capacity;
  uint64_t begin = from;
  uint32_t index = spsc_index(from, capacity);
  uint64_t header = spsc_acquire(data, index);
  uint32_t size = header == 0 ? 0 : bcast_check(data, capacity, index, header);
  if (size != 0 && (uint32_t)(header >> 32) == SPSC_PADDING) {
    begin += size;
    index = 0;
    header = spsc_acquire(data, 0);
    size = header == 0 ? 0 : bcast_check(data, capacity, 0, header);
  }
  if (size != 0) {
    reader->type = (uint32_t)(header >> 32);
    reader->length = (uint32_t)header;
    reader->sequence = spsc_get(data, index + BCAST_SEQUENCE_AT);
    __builtin_memcpy(reader->buffer, (const uint8_t *)data + index + BCAST_HEADER, reader->length);
  }
  if (!bcast_is_intact(session, from)) {
    return BCAST_OVERTAKEN;
  }
  if (size == 0) {
    if (header == 0 && begin == from) {
      return BCAST_NOTHING;
    }
    bcast_broken(session, header == 0 ? BCAST_BREACH_PADDING : bcast_wrong(header));
    return BCAST_WRONG;
  }
  reader->end = begin + size;
  return BCAST_MESSAGE;
}

// Copies the next message, or, if it has been overwritten, the newest one.
static inline enum bcast_found bcast_fetch(struct bcast_lossy_reader *reader) {
  struct bcast_session *session = &reader->session;
  enum bcast_found found = bcast_copy(reader, reader->next);
  bool overtaken = found == BCAST_OVERTAKEN;
  if (overtaken) {
    uint64_t latest = spsc_acquire(session->peers, BCAST_LATEST_AT);
    if ((latest & 7) != 0) {
      bcast_broken(session, BCAST_BREACH_WRITER_POSITION);
      return BCAST_WRONG;
    }
    if ((int64_t)(latest - reader->next) < 0) {
      return BCAST_NOTHING;
    }
    found = bcast_copy(reader, latest);
  }
  if (found != BCAST_MESSAGE) {
    return found;
  }
  uint64_t missed = reader->sequence - reader->expected;
  if ((int64_t)missed < 0 || (missed > 0 && !overtaken)) {
    bcast_broken(session, BCAST_BREACH_SEQUENCE);
    return BCAST_WRONG;
  }
  reader->gap = missed;
  reader->next = reader->end;
  reader->pending = true;
  return BCAST_MESSAGE;
}

// Begins to read, if the writer's stream has begun and its newest message was there long enough.
static inline int32_t bcast_begin_lossy(struct bcast_lossy_reader *reader) {
  struct bcast_session *session = &reader->session;
  if (!bcast_stream_is(session)) {
    return 0;
  }
  uint64_t latest = spsc_acquire(session->peers, BCAST_LATEST_AT);
  if ((latest & 7) != 0) {
    return bcast_broken(session, BCAST_BREACH_WRITER_POSITION);
  }
  reader->next = latest;
  reader->expected = 0;
  reader->pending = false;
  enum bcast_found found = bcast_copy(reader, latest);
  if (found == BCAST_MESSAGE) {
    reader->expected = reader->sequence;
    reader->next = reader->end;
    reader->pending = true;
  } else if (found != BCAST_NOTHING || latest != 0) {
    return found == BCAST_WRONG ? (int32_t)SPSC_PEER_BROKEN : 0;
  }
  bcast_connect(session);
  return 0;
}

static inline int32_t bcast_join_lossy(struct bcast_lossy_reader *reader) {
  struct bcast_session *session = &reader->session;
  if (bcast_waits(session)) {
    bool ended = bcast_peer_changed(session);
    int32_t answer = bcast_begin_lossy(reader);
    if (session->connected || answer != 0 || !ended) {
      return answer;
    }
  }
  enum spsc_answer answer = bcast_ask(session);
  return answer != SPSC_OK || session->connected ? spsc_or_nothing(answer)
                                                 : bcast_begin_lossy(reader);
}

static inline enum spsc_answer bcast_open_lossy_reader(
    struct bcast_lossy_reader *reader, const volatile void *writer_part, uint64_t writer_size,
    volatile void *reader_part, uint64_t reader_size, uint32_t number, void *buffer,
    uint32_t buffer_size) {
  *reader = (struct bcast_lossy_reader){.buffer = buffer, .number = UINT64_MAX};
  if (((uintptr_t)buffer & 7) != 0 ||
      !bcast_open_session(&reader->session, writer_part, writer_size, reader_part, reader_size,
                          number, BCAST_LOSSY)) {
    return SPSC_MISUSE;
  }
  reader->session.room =
      spsc_least(reader->session.room, 2 * ((uint64_t)buffer_size + BCAST_HEADER));
  bcast_join_lossy(reader);
  return SPSC_OK;
}

// What is there, or what must be said where nothing is.
static inline int32_t bcast_read_lossy(
    struct bcast_lossy_reader *reader, spsc_handler *handler, void *context, int32_t limit) {
  struct bcast_session *session = &reader->session;
  uint64_t start = reader->next;
  int32_t count = 0;
  session->handling = true;
  while (count < limit && reader->next - start < session->capacity && reader->gap == 0) {
    if (!reader->pending && (bcast_fetch(reader) != BCAST_MESSAGE || reader->gap != 0)) {
      break;
    }
    reader->pending = false;
    reader->number = reader->sequence;
    reader->expected = reader->sequence + 1;
    count++;
    struct spsc_message message = {reader->type, reader->length, reader->buffer};
    handler(context, &message);
  }
  session->handling = false;
  spsc_put(session->own, SPSC_POSITION_AT, reader->next | SPSC_PRESENT);
  if (count == 0 && reader->gap != 0) {
    reader->lost += reader->gap;
    reader->gap = 0;
    spsc_put(session->own, BCAST_LOST_AT, reader->lost);
    return BCAST_LOST;
  }
  return count == 0 && session->breach != BCAST_NO_BREACH ? (int32_t)SPSC_PEER_BROKEN : count;
}

static inline int32_t bcast_drain_lossy(
    struct bcast_lossy_reader *reader, spsc_handler *handler, void *context, int32_t limit) {
  struct bcast_session *session = &reader->session;
  if (limit <= 0 || session->handling || session->closed) {
    return SPSC_MISUSE;
  }
  if (!session->connected) {
    int32_t answer = bcast_join_lossy(reader);
    if (!session->connected) {
      return answer;
    }
  }
  int32_t count = bcast_read_lossy(reader, handler, context, limit);
  if (count == 0 && bcast_peer_changed(session)) {
    // What the old writer published before it ended, even between these loads, comes first.
    count = bcast_read_lossy(reader, handler, context, limit);
    return count == 0 ? bcast_join_lossy(reader) : count;
  }
  return count;
}

static inline bool bcast_lossy_reader_sleep(struct bcast_lossy_reader *reader) {
  struct bcast_session *session = &reader->session;
  spsc_sleep(session->own);
  bool news = reader->pending || bcast_has_news(session, bcast_stream_is(session));
  if (!news && session->connected) {
    bool is_there = bcast_next_header(session, reader->next) != 0;
    uint64_t latest = spsc_acquire(session->peers, BCAST_LATEST_AT);
    news = bcast_is_intact(session, reader->next) ? is_there : latest != reader->next;
  }
  if (news) {
    spsc_wake(session->own);
  }
  return !news;
}
