// SPDX-License-Identifier: Apache-2.0
#pragma once

// A ring of messages of any length from one writer to up to 64 readers, over shared memory.
// docs/ring-format.md defines the format; tombolo.ring.BroadcastRing is the Java side. The writer
// holds back for some readers. The others are lossy: they fall behind, and know how many messages
// they have missed. Needs only C11 with its atomics.
//
// A side belongs to one thread or hart. The words of other sides are hostile: each is loaded once
// and checked against values that this side keeps for itself. A payload that is read in place may
// change while it is read, so copy it before you check it.

#include "spsc_ring.h"

#define BCAST_MAX_READERS 64u
#define BCAST_READER_PART 0x100u  // bytes of a reader's part; the writer's has bcast_writer_part()

// Answers of a call, in addition to enum spsc_answer. All are negative.
enum {
  BCAST_LOST = -7,     // a lossy reader was overtaken: once for each gap, before what is behind it
  BCAST_CUT_OFF = -8,  // the writer holds back no longer, and may have overwritten the messages of
                       // this very call: once, then the reader asks to be admitted anew
};

// The rule that another side has broken.
enum bcast_breach {
  BCAST_NO_BREACH,
  BCAST_BREACH_HEAD,             // a generation, but another magic number or version
  BCAST_BREACH_MODE,             // a reader neither holds the writer back nor is lossy
  BCAST_BREACH_CAPACITY,         // not a power of two in range, or more than the memory has
  BCAST_BREACH_READER_POSITION,  // it went back, is ahead of the writer's, or has wrong low bits
  BCAST_BREACH_WRITER_POSITION,  // no record can begin where the writer says
  BCAST_BREACH_SEQUENCE,         // a message has another number than the one that must come
  BCAST_BREACH_RECORD_LENGTH,    // longer than allowed, or than there is room to the end
  BCAST_BREACH_RECORD_TYPE,      // neither a message nor padding
  BCAST_BREACH_PADDING,          // does not end at the end, too long, or nothing behind it
};

// What the writer knows about a reader.
struct bcast_seen {
  const volatile uint8_t *part;
  uint64_t life;      // the life that was dealt with; 0 none
  uint64_t position;  // as last seen, if the writer holds back for it
  uint64_t rung_life;
  uint32_t rung;      // the sleep of that life for which it was rung
  enum bcast_breach breach;
};

struct bcast_writer {
  volatile uint8_t *own;
  volatile uint8_t *data;
  uint32_t capacity;
  bool begun;  // this life's stream has begun
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
  uint64_t holding;          // a bit for each reader for which the writer holds back
  uint64_t of_earlier_life;  // a bit for each reader that may still read an earlier life's stream
  struct bcast_seen seen[BCAST_MAX_READERS];
};

// State of a reader of either kind.
struct bcast_session {
  volatile uint8_t *own;
  const volatile uint8_t *peers;
  const volatile uint8_t *data;
  uint64_t room;  // bytes that can be mapped behind the writer's table
  uint32_t number;
  uint32_t mode;
  uint32_t capacity;  // capacity of the writer that was joined
  uint32_t rung;
  bool connected;
  bool owes_restart;
  bool closed;
  bool handling;
  uint64_t generation;
  uint64_t peer;    // the writer's generation as last seen
  uint64_t joined;  // what this side's part says it has joined
  enum bcast_breach breach;
};

struct bcast_reader {
  struct bcast_session session;
  uint64_t hold;      // the value in the writer's table as long as it holds back
  uint64_t read;      // where the next record begins
  uint64_t released;  // this side's position in memory
  bool cut_off;
};

struct bcast_lossy_reader {
  struct bcast_session session;
  uint8_t *buffer;
  uint32_t type;  // type of the message in the buffer
  uint32_t length;
  uint64_t sequence;
  uint64_t end;
  bool pending;       // the message has not been handed over yet
  uint64_t gap;       // number of messages lost before it, which is reported first
  uint64_t next;      // where the next record begins
  uint64_t expected;  // the number of the next message
  uint64_t number;    // number of the message handed over last, from 0
  uint64_t lost;      // messages lost since this was opened
};

static inline uint64_t bcast_writer_part(uint32_t capacity) { return 0x500 + (uint64_t)capacity; }

// Returns the length of the longest message.
static inline uint32_t bcast_max_length(uint32_t capacity) { return capacity / 2 - 16; }

// Becomes the writer of a ring. An earlier writer must have ended. The parts begin at multiples of
// 8, preferably of 128. `reader_parts` points to 1 to 64 readers' parts of BCAST_READER_PART bytes
// each. The capacity is a power of two. Returns SPSC_OK or SPSC_MISUSE.
static inline enum spsc_answer bcast_open_writer(
    struct bcast_writer *writer, volatile void *writer_part, uint64_t writer_size,
    const volatile void *const *reader_parts, uint32_t readers, uint32_t capacity);

// Copies a message into the ring. If the answer is not SPSC_OK, nothing was written:
// SPSC_BACK_PRESSURED; SPSC_NOT_CONNECTED while a reader still reads what an earlier writer has
// published; or SPSC_MISUSE.
static inline enum spsc_answer bcast_offer(
    struct bcast_writer *writer, uint32_t type, const void *message, uint32_t length);

// Claims room for a message, which the caller writes in place at *payload. Nobody sees it before
// bcast_commit().
static inline enum spsc_answer bcast_claim(
    struct bcast_writer *writer, uint32_t type, uint32_t length, volatile void **payload);
static inline enum spsc_answer bcast_commit(struct bcast_writer *writer);
static inline enum spsc_answer bcast_abort(struct bcast_writer *writer);

// Looks at all readers and admits those that have asked. Returns the number of readers for which
// the writer holds back now. Each offer also looks at one reader, in turn.
static inline uint32_t bcast_admit(struct bcast_writer *writer);

// Reports that this reader is dead: the writer no longer holds back for its present life.
static inline void bcast_reader_is_dead(struct bcast_writer *writer, uint32_t reader);

// Becomes reader `number`, for which the writer holds back.
static inline enum spsc_answer bcast_open_reader(
    struct bcast_reader *reader, const volatile void *writer_part, uint64_t writer_size,
    volatile void *reader_part, uint64_t reader_size, uint32_t number);

// Becomes a lossy reader. Messages are copied into the buffer, which is aligned to 8 and must have
// room for the longest message. Its size therefore limits the capacity of the writers that this
// reader can join.
static inline enum spsc_answer bcast_open_lossy_reader(
    struct bcast_lossy_reader *reader, const volatile void *writer_part, uint64_t writer_size,
    volatile void *reader_part, uint64_t reader_size, uint32_t number, void *buffer,
    uint32_t buffer_size);

// Reads up to `limit` available messages. Returns their number, 0 for none, or a negative answer.
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

// Everything below is internal.

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
  BCAST_SEQUENCE_AT = 8,  // offset of a message's number in its record
};

#define BCAST_WRITER_MAGIC 0x42424d54u
#define BCAST_READER_MAGIC 0x53424d54u
#define BCAST_HEADER 16u

static inline uint32_t bcast_life_at(uint32_t reader) { return BCAST_TABLE_AT + 16 * reader; }

static inline uint32_t bcast_hold_at(uint32_t reader) { return bcast_life_at(reader) + 8; }

static inline uint32_t bcast_record(uint32_t length) { return (BCAST_HEADER + length + 7) & ~7u; }

// Returns the bytes of the record with that header, which is not zero; 0 if it is invalid.
static inline uint32_t bcast_check(
    const volatile uint8_t *data, uint32_t capacity, uint32_t index, uint64_t header) {
  uint32_t type = (uint32_t)(header >> 32);
  uint32_t length = (uint32_t)header;
  uint32_t to_end = capacity - index;
  if (type == SPSC_PADDING) {
    // The same store published it and the message behind it, at the data area's start.
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

#include "broadcast_writer.h"

#include "broadcast_reader.h"
