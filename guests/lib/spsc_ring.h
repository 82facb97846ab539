// SPDX-License-Identifier: Apache-2.0
#pragma once

// A ring of messages of any length from one writer to one reader, over shared memory.
// docs/ring-format.md defines the format; tombolo.ring.SpscRing is the Java side. Needs only C11
// with its atomics, so Linux programs can use it, too.
//
// A side belongs to one thread or hart. The other side's words are hostile: each is loaded once and
// checked against values that this side keeps for itself. After the other side breaks the format,
// this side never looks at the ring again. Two things are not checked. A payload may change while
// it is read, so copy it before you check it. And the caller must not write past the end of the
// room that spsc_claim() returns.

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPSC_MIN_CAPACITY 64u
#define SPSC_MAX_CAPACITY (1u << 30)
#define SPSC_READER_PART 0x100u  // bytes of the reader's part; the writer's adds the capacity

// Answers of a call. Some calls return a number of messages, from 1, instead of SPSC_OK.
enum spsc_answer {
  SPSC_OK = 0,
  SPSC_BACK_PRESSURED = -1,  // no room until the reader has read more
  SPSC_PEER_BROKEN = -2,     // the other side broke the format: the ring cannot be used any more
  SPSC_NOT_CONNECTED = -3,   // the other side has not joined, or not since a side began a new life
  SPSC_PEER_RESTARTED = -4,  // returned once: another stream follows, which starts empty
  SPSC_PEER_GONE = -5,       // the other side has left, or its memory was cleared
  SPSC_MISUSE = -6,          // the caller's own mistake, for which Java throws exceptions
};

// The rule that the other side has broken.
enum spsc_breach {
  SPSC_NO_BREACH,
  SPSC_BREACH_HEAD,             // a generation, but another magic number or version
  SPSC_BREACH_CAPACITY,         // not a power of two in range, or more than the memory has
  SPSC_BREACH_READER_POSITION,  // it went back, is ahead of the writer's, or has wrong low bits
  SPSC_BREACH_RECORD_LENGTH,    // longer than allowed, or than there is room to the end
  SPSC_BREACH_RECORD_TYPE,      // neither a message nor padding
  SPSC_BREACH_PADDING,          // does not end at the end, too long, or nothing behind it
};

// The side with which this side is joined.
struct spsc_session {
  volatile uint8_t *own;
  const volatile uint8_t *peers;
  bool is_writer;
  bool connected;
  bool owes_restart;  // was connected, and has not yet reported that this is over
  bool owes_gone;
  bool closed;
  uint32_t rung;        // the other side's sleep for which it was rung
  uint64_t generation;  // generation of this side
  uint64_t peer;        // the other side's generation as last seen
  uint64_t joined;      // for a reader: the peer in its own part; others may write there
  uint64_t dead;        // a generation of the other side that was reported dead; or 0
  enum spsc_breach breach;
};

struct spsc_writer {
  struct spsc_session session;
  volatile uint8_t *data;
  uint32_t capacity;
  uint64_t written;  // where the next record begins
  uint64_t read;     // the reader's position as last seen
  uint64_t zeroed;   // the data area is zero from `written` to here
  uint64_t messages;
  bool claimed;
  uint32_t claimed_type;
  uint32_t claimed_length;
  uint32_t claimed_index;
};

struct spsc_reader {
  struct spsc_session session;
  const volatile uint8_t *data;
  uint64_t room;      // bytes available behind the writer's head
  uint32_t offered;   // the capacity that the writer gives
  uint32_t capacity;  // capacity of the writer that this side has joined
  uint64_t read;      // where the next record begins
  uint64_t released;  // this side's position in memory
  uint32_t peeked;    // bytes of the record that spsc_peek() returned
  bool handling;
};

// A message in place in the ring.
struct spsc_message {
  uint32_t type;    // 1 to INT32_MAX
  uint32_t length;  // of the payload in bytes
  const volatile void *payload;  // aligned to 8
};

// Returns the bytes of a part of a ring.
static inline uint64_t spsc_writer_part(uint32_t capacity) { return 0x100 + (uint64_t)capacity; }

// Returns the length of the longest message.
static inline uint32_t spsc_max_length(uint32_t capacity) { return capacity / 2 - 8; }

// Becomes the writer of a ring. An earlier writer must have ended. Both parts begin at a multiple
// of 8, preferably of 128. The capacity is a power of two. Returns SPSC_OK or SPSC_MISUSE.
static inline enum spsc_answer spsc_open_writer(
    struct spsc_writer *writer, volatile void *writer_part, uint64_t writer_size,
    const volatile void *reader_part, uint64_t reader_size, uint32_t capacity);

// Becomes the reader. The writer gives the capacity.
static inline enum spsc_answer spsc_open_reader(
    struct spsc_reader *reader, const volatile void *writer_part, uint64_t writer_size,
    volatile void *reader_part, uint64_t reader_size);

// Copies a message into the ring. If the answer is not SPSC_OK, nothing was written.
static inline enum spsc_answer spsc_offer(
    struct spsc_writer *writer, uint32_t type, const void *message, uint32_t length);

// Claims room for a message, which the caller writes in place at *payload. Nobody sees it before
// spsc_commit().
static inline enum spsc_answer spsc_claim(
    struct spsc_writer *writer, uint32_t type, uint32_t length, volatile void **payload);
static inline enum spsc_answer spsc_commit(struct spsc_writer *writer);
// Publishes only the first bytes of the claimed room as the message.
static inline enum spsc_answer spsc_commit_part(struct spsc_writer *writer, uint32_t length);
static inline enum spsc_answer spsc_abort(struct spsc_writer *writer);

// Called with each message. The message's memory belongs to the writer again when this returns.
typedef void spsc_handler(void *context, const struct spsc_message *message);

// Reads up to `limit` available messages. Returns their number, 0 for none, or a negative answer.
// Messages before an answer are read and counted; the next call returns the answer.
static inline int32_t spsc_drain(
    struct spsc_reader *reader, spsc_handler *handler, void *context, int32_t limit);
static inline int32_t spsc_poll(struct spsc_reader *reader, spsc_handler *handler, void *context);

// Returns the next message, which stays in the ring until spsc_release(): 1, 0 for none, or an
// answer.
static inline int32_t spsc_peek(struct spsc_reader *reader, struct spsc_message *message);
static inline enum spsc_answer spsc_release(struct spsc_reader *reader);

// Puts a side to sleep, with a bell that keeps a ring for the next waiter. Call spsc_..._sleep().
// If it returns true, wait for the bell, and then call spsc_..._wake(). If it returns false, there
// is something to do and this side is not asleep. The writer sleeps until there is room for a
// message of that length.
static inline bool spsc_writer_sleep(struct spsc_writer *writer, uint32_t length);
static inline bool spsc_reader_sleep(struct spsc_reader *reader);
static inline void spsc_writer_wake(struct spsc_writer *writer);
static inline void spsc_reader_wake(struct spsc_reader *reader);

// Returns whether the other side sleeps and must be rung, once for each sleep. Ask after each step
// for which the other side may wait: a message, messages read, an answer, opening.
static inline bool spsc_writer_peer_sleeps(struct spsc_writer *writer);
static inline bool spsc_reader_peer_sleeps(struct spsc_reader *reader);

// Reports that the reader is dead, although its memory may not show it. The next call returns
// SPSC_PEER_GONE, and nothing holds the writer back.
static inline void spsc_writer_peer_died(struct spsc_writer *writer);

// Leaves the ring. Published messages can still be read. A handler must not close the side that
// calls it.
static inline void spsc_close_writer(struct spsc_writer *writer);
static inline void spsc_close_reader(struct spsc_reader *reader);

// Everything below is internal.

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian");
_Static_assert(sizeof(_Atomic uint64_t) == 8 && ATOMIC_LLONG_LOCK_FREE == 2, "plain words");

enum {
  SPSC_MAGIC_AT = 0x00,
  SPSC_VERSION_AT = 0x04,
  SPSC_CAPACITY_AT = 0x08,
  SPSC_GENERATION_AT = 0x10,
  SPSC_PEER_AT = 0x18,
  SPSC_SLEEP_AT = 0x20,
  SPSC_JOINED_AS_AT = 0x28,  // writer's part: its generation when it stored its peer
  SPSC_LIVES_AT = 0x38,      // the latest generation; stays when a side leaves
  SPSC_POSITION_AT = 0x80,
  SPSC_MESSAGES_AT = 0x88,
  SPSC_HEAD = 0x100,
};

#define SPSC_WRITER_MAGIC 0x57424d54u
#define SPSC_READER_MAGIC 0x52424d54u
#define SPSC_VERSION 1u
#define SPSC_PRESENT 1u          // in a reader's position: there is a reader
#define SPSC_HEADER 8u           // bytes of a record's header
#define SPSC_PADDING 0xffffffffu

// A writer zeroes this much ahead at a time if records are short. This takes the cache lines from
// the reader's processor in one go. Java does the same, so both leave the same bytes.
#define SPSC_ZEROED_AT_ONCE 4096u
#define SPSC_SHORT_RECORD 512u

// Words are loaded as C11's atomics. They are stored through volatile pointers, with fences before
// them. An aligned word is one store on every machine that this code is for. gcc 12 turns an atomic
// store into an atomic exchange on RISC-V, even a relaxed one.
static inline uint32_t spsc_get32(const volatile uint8_t *part, uint32_t at) {
  return atomic_load_explicit(
      (const volatile _Atomic uint32_t *)(part + at), memory_order_relaxed);
}

static inline void spsc_put32(volatile uint8_t *part, uint32_t at, uint32_t value) {
  *(volatile uint32_t *)(part + at) = value;
}

static inline uint64_t spsc_get(const volatile uint8_t *part, uint32_t at) {
  return atomic_load_explicit(
      (const volatile _Atomic uint64_t *)(part + at), memory_order_relaxed);
}

static inline void spsc_put(volatile uint8_t *part, uint32_t at, uint64_t value) {
  *(volatile uint64_t *)(part + at) = value;
}

static inline uint64_t spsc_acquire(const volatile uint8_t *part, uint32_t at) {
  return atomic_load_explicit(
      (const volatile _Atomic uint64_t *)(part + at), memory_order_acquire);
}

// Publishes everything that was stored before it.
static inline void spsc_publish(volatile uint8_t *part, uint32_t at, uint64_t value) {
  atomic_thread_fence(memory_order_release);
  spsc_put(part, at, value);
}

static inline bool spsc_is_capacity(uint64_t capacity) {
  return capacity >= SPSC_MIN_CAPACITY && capacity <= SPSC_MAX_CAPACITY &&
         (capacity & (capacity - 1)) == 0;
}

static inline bool spsc_is_part(const volatile void *part, uint64_t size) {
  return ((uintptr_t)part & 7) == 0 && size >= SPSC_HEAD;
}

static inline uint64_t spsc_header(uint32_t type, uint32_t length) {
  return (uint64_t)type << 32 | length;
}

// Returns the bytes of a record. The length is at most half of 1 GiB.
static inline uint32_t spsc_record(uint32_t length) { return (SPSC_HEADER + length + 7) & ~7u; }

static inline uint32_t spsc_index(uint64_t position, uint32_t capacity) {
  return (uint32_t)position & (capacity - 1);
}

// Begins a new life of this side. The generation is 0 while the rest is being written. A side that
// finds the same generation before and after loading the rest has therefore loaded what belongs to
// it. A writer leaves its peer, and the generation with which it joined, unchanged until it joins a
// reader itself. A reader that looks late can therefore see that the last life had begun a stream
// for it.
static inline void spsc_format(struct spsc_session *session, uint64_t capacity) {
  volatile uint8_t *own = session->own;
  uint64_t before = spsc_get(own, SPSC_GENERATION_AT);
  uint64_t remembered = spsc_get(session->peers, SPSC_PEER_AT);
  uint64_t joined = session->is_writer ? spsc_get(own, SPSC_JOINED_AS_AT) : 0;
  uint64_t generation = spsc_get(own, SPSC_LIVES_AT) + 1;
  while (generation == 0 || generation == before || generation == remembered ||
         generation == joined) {
    generation++;
  }
  spsc_publish(own, SPSC_GENERATION_AT, 0);
  atomic_thread_fence(memory_order_release);
  spsc_put32(own, SPSC_MAGIC_AT, session->is_writer ? SPSC_WRITER_MAGIC : SPSC_READER_MAGIC);
  spsc_put32(own, SPSC_VERSION_AT, SPSC_VERSION);
  spsc_put(own, SPSC_CAPACITY_AT, capacity);
  // Not 0 again: a side that has rung for a sleep of an earlier life would not ring for a sleep of
  // this one.
  spsc_put32(own, SPSC_SLEEP_AT, (spsc_get32(own, SPSC_SLEEP_AT) + 1) & ~1u);
  spsc_put32(own, SPSC_SLEEP_AT + 4, 0);
  spsc_put(own, SPSC_LIVES_AT, generation);
  spsc_put(own, SPSC_JOINED_AS_AT + 8, 0);
  for (uint32_t at = SPSC_LIVES_AT + 8; at < SPSC_HEAD; at += 8) {
    spsc_put(own, at, 0);
  }
  if (!session->is_writer) {
    spsc_put(own, SPSC_PEER_AT, 0);
    spsc_put(own, SPSC_POSITION_AT, SPSC_PRESENT);
  }
  spsc_publish(own, SPSC_GENERATION_AT, generation);
  session->generation = generation;
}

static inline bool spsc_peer_changed(const struct spsc_session *session) {
  return spsc_acquire(session->peers, SPSC_GENERATION_AT) != session->peer;
}

static inline enum spsc_answer spsc_broken(struct spsc_session *session, enum spsc_breach breach) {
  session->breach = breach;
  session->connected = false;
  return SPSC_PEER_BROKEN;
}

// Records the capacity that the writer offers.
static inline enum spsc_breach spsc_check_offer(struct spsc_reader *reader) {
  uint64_t capacity = spsc_get(reader->session.peers, SPSC_CAPACITY_AT);
  if (!spsc_is_capacity(capacity) || capacity > reader->room) {
    return SPSC_BREACH_CAPACITY;
  }
  reader->offered = (uint32_t)capacity;
  return SPSC_NO_BREACH;
}

// Returns what is wrong with the other side's head. `reader` is NULL for a writer.
static inline enum spsc_breach spsc_check_head(
    const struct spsc_session *session, struct spsc_reader *reader) {
  uint32_t magic = spsc_get32(session->peers, SPSC_MAGIC_AT);
  uint32_t version = spsc_get32(session->peers, SPSC_VERSION_AT);
  if (magic != (reader == NULL ? SPSC_READER_MAGIC : SPSC_WRITER_MAGIC) ||
      version != SPSC_VERSION) {
    return SPSC_BREACH_HEAD;
  }
  return reader == NULL ? SPSC_NO_BREACH : spsc_check_offer(reader);
}

// Records the other side's generation. Returns SPSC_OK if there is one to join.
static inline enum spsc_answer spsc_look(
    struct spsc_session *session, struct spsc_reader *reader) {
  if (session->closed) {
    return SPSC_MISUSE;
  }
  if (session->breach != SPSC_NO_BREACH) {
    return SPSC_PEER_BROKEN;
  }
  if (session->owes_gone) {
    session->owes_gone = false;
    return SPSC_PEER_GONE;
  }
  uint64_t found = spsc_acquire(session->peers, SPSC_GENERATION_AT);
  if (found != session->peer) {
    session->connected = false;
    session->rung = 0;
    if (found != 0) {
      enum spsc_breach breach = spsc_check_head(session, reader);
      atomic_thread_fence(memory_order_acquire);
      if (spsc_get(session->peers, SPSC_GENERATION_AT) != found) {
        return SPSC_NOT_CONNECTED;  // it is being written: the next call looks again
      }
      if (breach != SPSC_NO_BREACH) {
        bool blank = spsc_get32(session->peers, SPSC_MAGIC_AT) == 0;  // cleared from its start on
        return blank ? SPSC_NOT_CONNECTED : spsc_broken(session, breach);
      }
    }
    bool said_gone = found == 0 && session->dead != 0;
    session->peer = found;
    session->dead = 0;
    if (session->owes_restart && !said_gone) {
      session->owes_restart = found == 0;
      return found == 0 ? SPSC_PEER_GONE : SPSC_PEER_RESTARTED;
    }
  }
  bool nobody = session->peer == 0 || session->peer == session->dead;
  return nobody ? SPSC_NOT_CONNECTED : SPSC_OK;
}

// Returns whether the other side, in the life that was seen, has joined this life.
static inline bool spsc_is_joined(const struct spsc_session *session) {
  return spsc_acquire(session->peers, SPSC_PEER_AT) == session->generation &&
         (session->is_writer ||
          spsc_acquire(session->peers, SPSC_JOINED_AS_AT) == session->peer);
}

static inline void spsc_connect(struct spsc_session *session) {
  session->connected = true;
  session->owes_restart = true;
}

// Returns whether the next call would answer something or continue joining, rather than wait.
static inline bool spsc_has_news(const struct spsc_session *session) {
  if (session->breach != SPSC_NO_BREACH || spsc_peer_changed(session)) {
    return true;
  }
  if (session->connected || session->peer == 0 || session->peer == session->dead) {
    return session->owes_gone;
  }
  return spsc_is_joined(session) || (!session->is_writer && session->joined != session->peer);
}

// The fence orders this store before the loads of the last look; spsc_peer_sleeps() has the
// matching fence. Of a side that falls asleep and a side that makes something ready, one therefore
// sees the other.
static inline void spsc_sleep(volatile uint8_t *own) {
  spsc_put32(own, SPSC_SLEEP_AT, spsc_get32(own, SPSC_SLEEP_AT) | 1);
  atomic_thread_fence(memory_order_seq_cst);
}

static inline void spsc_wake(volatile uint8_t *own) {
  spsc_put32(own, SPSC_SLEEP_AT, (spsc_get32(own, SPSC_SLEEP_AT) | 1) + 1);
}

static inline bool spsc_peer_sleeps(struct spsc_session *session) {
  atomic_thread_fence(memory_order_seq_cst);
  uint32_t number = spsc_get32(session->peers, SPSC_SLEEP_AT);
  if ((number & 1) == 0 || number == session->rung) {
    return false;
  }
  session->rung = number;
  return true;
}

static inline void spsc_close(struct spsc_session *session) {
  if (!session->closed) {
    session->closed = true;
    session->connected = false;
    spsc_publish(session->own, SPSC_GENERATION_AT, 0);
  }
}

static inline enum spsc_answer spsc_open_writer(
    struct spsc_writer *writer, volatile void *writer_part, uint64_t writer_size,
    const volatile void *reader_part, uint64_t reader_size, uint32_t capacity) {
  if (!spsc_is_capacity(capacity) || !spsc_is_part(writer_part, writer_size) ||
      writer_size < spsc_writer_part(capacity) || !spsc_is_part(reader_part, reader_size)) {
    return SPSC_MISUSE;
  }
  *writer = (struct spsc_writer){
      .session = {.own = writer_part, .peers = reader_part, .is_writer = true},
      .data = (volatile uint8_t *)writer_part + SPSC_HEAD,
      .capacity = capacity,
  };
  spsc_format(&writer->session, capacity);
  return SPSC_OK;
}

// Continues joining as far as possible. The writer stores nothing into the data area before the
// reader has joined it. Until then, the reader may still read what the last writer left.
static inline enum spsc_answer spsc_join_writer(struct spsc_writer *writer) {
  struct spsc_session *session = &writer->session;
  enum spsc_answer answer = spsc_look(session, NULL);
  if (answer != SPSC_OK || session->connected) {
    return answer;
  }
  if (!spsc_is_joined(session)) {
    return SPSC_NOT_CONNECTED;
  }
  writer->written = 0;
  writer->read = 0;
  writer->zeroed = SPSC_HEADER;
  writer->messages = 0;
  spsc_put(writer->data, 0, 0);
  spsc_put(session->own, SPSC_POSITION_AT, 0);
  spsc_put(session->own, SPSC_MESSAGES_AT, 0);
  spsc_publish(session->own, SPSC_JOINED_AS_AT, session->generation);
  spsc_publish(session->own, SPSC_PEER_AT, session->peer);
  spsc_connect(session);
  return SPSC_OK;
}

// Returns the bytes from the writer's position to the end of a record of that size, including
// padding.
static inline uint32_t spsc_needed(const struct spsc_writer *writer, uint32_t size) {
  uint32_t to_end = writer->capacity - spsc_index(writer->written, writer->capacity);
  return size <= to_end ? size : to_end + size;
}

// Includes the word behind the record, which marks the end.
static inline bool spsc_has_room(const struct spsc_writer *writer, uint32_t needed) {
  return writer->written - writer->read + needed + SPSC_HEADER <= writer->capacity;
}

static inline bool spsc_look_at_reader(struct spsc_writer *writer) {
  uint64_t found = spsc_acquire(writer->session.peers, SPSC_POSITION_AT);
  if (found == 0) {
    return true;  // the reader's part has been cleared: nobody reads
  }
  uint64_t position = found - SPSC_PRESENT;
  if ((position & 7) != 0 || position - writer->read > writer->written - writer->read) {
    if (spsc_peer_changed(&writer->session)) {
      return true;  // the position of a new reader, which the next call notices
    }
    spsc_broken(&writer->session, SPSC_BREACH_READER_POSITION);
    return false;
  }
  writer->read = position;
  return true;
}

static inline enum spsc_answer spsc_reserve(
    struct spsc_writer *writer, uint32_t type, uint32_t length, uint32_t *index) {
  struct spsc_session *session = &writer->session;
  if (type == 0 || type > INT32_MAX || length > spsc_max_length(writer->capacity) ||
      writer->claimed || session->closed) {
    return SPSC_MISUSE;
  }
  if (!session->connected || spsc_peer_changed(session)) {
    enum spsc_answer answer = spsc_join_writer(writer);
    if (answer != SPSC_OK) {
      return answer;
    }
  }
  uint32_t size = spsc_record(length);
  uint32_t needed = spsc_needed(writer, size);
  if (!spsc_has_room(writer, needed)) {
    if (!spsc_look_at_reader(writer)) {
      return SPSC_PEER_BROKEN;
    }
    if (!spsc_has_room(writer, needed)) {
      return SPSC_BACK_PRESSURED;
    }
  }
  *index = needed == size ? spsc_index(writer->written, writer->capacity) : 0;
  return SPSC_OK;
}

static inline uint64_t spsc_least(uint64_t one, uint64_t other) {
  return one < other ? one : other;
}

// Plain stores: nobody reads free space, and the store of the header follows.
static inline void spsc_zero(struct spsc_writer *writer, uint64_t end, uint32_t size) {
  uint32_t index = spsc_index(end, writer->capacity);
  uint64_t bytes = SPSC_HEADER;
  if (size <= SPSC_SHORT_RECORD) {
    uint64_t room = writer->read + writer->capacity - end;
    uint64_t most = writer->capacity / 16;
    bytes = spsc_least(spsc_least(most > SPSC_HEADER ? most : SPSC_HEADER, SPSC_ZEROED_AT_ONCE),
                       spsc_least(room, writer->capacity - index));
  }
  __builtin_memset((uint8_t *)writer->data + index, 0, bytes);
  writer->zeroed = end + bytes;
}

// Publishes a record with one store, to its header or to the header of the padding before it.
// Everything else is stored before: the payload, the header behind padding, and the zero behind the
// record.
static inline void spsc_put_record(
    struct spsc_writer *writer, uint32_t index, uint32_t type, uint32_t length) {
  uint32_t next = spsc_index(writer->written, writer->capacity);
  uint32_t size = spsc_record(length);
  uint64_t end = writer->written + size + (index == next ? 0 : writer->capacity - next);
  if (end + SPSC_HEADER > writer->zeroed) {
    spsc_zero(writer, end, size);
  }
  if (index == next) {
    spsc_publish(writer->data, next, spsc_header(type, length));
  } else {
    spsc_put(writer->data, index, spsc_header(type, length));
    uint32_t padding = writer->capacity - next - SPSC_HEADER;
    spsc_publish(writer->data, next, spsc_header(SPSC_PADDING, padding));
  }
  writer->written = end;
  spsc_put(writer->session.own, SPSC_POSITION_AT, end);
  spsc_put(writer->session.own, SPSC_MESSAGES_AT, ++writer->messages);
}

static inline enum spsc_answer spsc_offer(
    struct spsc_writer *writer, uint32_t type, const void *message, uint32_t length) {
  uint32_t index;
  enum spsc_answer answer = spsc_reserve(writer, type, length, &index);
  if (answer == SPSC_OK) {
    // The compiler's memcpy(). A Linux program gets the C library's, which is the fastest copy
    // available. A freestanding program needs a memcpy() anyway, because compilers call it on their
    // own.
    if (length > 0) {
      __builtin_memcpy((uint8_t *)writer->data + index + SPSC_HEADER, message, length);
    }
    spsc_put_record(writer, index, type, length);
  }
  return answer;
}

static inline enum spsc_answer spsc_claim(
    struct spsc_writer *writer, uint32_t type, uint32_t length, volatile void **payload) {
  uint32_t index;
  enum spsc_answer answer = spsc_reserve(writer, type, length, &index);
  if (answer == SPSC_OK) {
    writer->claimed = true;
    writer->claimed_type = type;
    writer->claimed_length = length;
    writer->claimed_index = index;
    *payload = writer->data + index + SPSC_HEADER;
  }
  return answer;
}

static inline enum spsc_answer spsc_commit(struct spsc_writer *writer) {
  if (!writer->claimed || writer->session.closed) {
    return SPSC_MISUSE;
  }
  writer->claimed = false;
  spsc_put_record(writer, writer->claimed_index, writer->claimed_type, writer->claimed_length);
  return SPSC_OK;
}

static inline enum spsc_answer spsc_commit_part(struct spsc_writer *writer, uint32_t length) {
  if (!writer->claimed || length > writer->claimed_length) {
    return SPSC_MISUSE;
  }
  writer->claimed_length = length;
  writer->zeroed = writer->written + SPSC_HEADER;  // of the rest the caller may have written
  return spsc_commit(writer);
}

static inline enum spsc_answer spsc_abort(struct spsc_writer *writer) {
  if (!writer->claimed) {
    return SPSC_MISUSE;
  }
  writer->claimed = false;
  writer->zeroed = writer->written + SPSC_HEADER;  // of the rest the caller may have written
  return SPSC_OK;
}

static inline bool spsc_writer_sleep(struct spsc_writer *writer, uint32_t length) {
  struct spsc_session *session = &writer->session;
  if (session->closed) {
    return false;
  }
  spsc_sleep(session->own);
  if (spsc_has_news(session) ||
      (session->connected && (!spsc_look_at_reader(writer) ||
                              spsc_has_room(writer, spsc_needed(writer, spsc_record(length)))))) {
    spsc_wake(session->own);
    return false;
  }
  return true;
}

static inline void spsc_writer_wake(struct spsc_writer *writer) { spsc_wake(writer->session.own); }

static inline bool spsc_writer_peer_sleeps(struct spsc_writer *writer) {
  return spsc_peer_sleeps(&writer->session);
}

static inline void spsc_writer_peer_died(struct spsc_writer *writer) {
  struct spsc_session *session = &writer->session;
  if (session->peer != 0 && session->peer != session->dead) {
    session->dead = session->peer;
    session->owes_gone = session->connected;
    session->connected = false;
  }
}

static inline void spsc_close_writer(struct spsc_writer *writer) {
  writer->claimed = false;
  spsc_close(&writer->session);
}

// Continues joining. A reader first stores that it is ready, and then waits for the writer. If a
// writer has joined and ended meanwhile, its messages come first.
static inline enum spsc_answer spsc_join_reader(struct spsc_reader *reader) {
  struct spsc_session *session = &reader->session;
  bool waits = !session->connected && !session->closed && session->breach == SPSC_NO_BREACH &&
               session->peer != 0 && session->peer != session->dead;
  if (waits && session->joined == session->peer) {
    bool ended = spsc_peer_changed(session);  // look at this first: its words are final then
    if (spsc_is_joined(session)) {
      spsc_connect(session);
      return SPSC_OK;
    }
    if (!ended) {
      return SPSC_NOT_CONNECTED;
    }
  }
  enum spsc_answer answer = spsc_look(session, reader);
  if (answer != SPSC_OK || session->connected) {
    return answer;
  }
  if (session->joined != session->peer) {
    // Check again: the life that this side saw may have ended before this side joined it. A new
    // life may have taken its number, with another capacity.
    enum spsc_breach breach = spsc_check_offer(reader);
    atomic_thread_fence(memory_order_acquire);
    if (spsc_peer_changed(session)) {
      return SPSC_NOT_CONNECTED;
    }
    if (breach != SPSC_NO_BREACH) {
      return spsc_broken(session, breach);
    }
    reader->capacity = reader->offered;
    reader->read = 0;
    reader->released = 0;
    spsc_put(session->own, SPSC_POSITION_AT, SPSC_PRESENT);
    session->joined = session->peer;
    spsc_publish(session->own, SPSC_PEER_AT, session->peer);
  }
  if (!spsc_is_joined(session)) {
    return SPSC_NOT_CONNECTED;
  }
  spsc_connect(session);
  return SPSC_OK;
}

static inline enum spsc_answer spsc_open_reader(
    struct spsc_reader *reader, const volatile void *writer_part, uint64_t writer_size,
    volatile void *reader_part, uint64_t reader_size) {
  if (!spsc_is_part(writer_part, writer_size) || !spsc_is_part(reader_part, reader_size)) {
    return SPSC_MISUSE;
  }
  *reader = (struct spsc_reader){
      .session = {.own = reader_part, .peers = writer_part},
      .data = (const volatile uint8_t *)writer_part + SPSC_HEAD,
      .room = writer_size - SPSC_HEAD,
  };
  spsc_format(&reader->session, 0);
  spsc_join_reader(reader);  // a writer that is present need not wait for the first call
  return SPSC_OK;
}

static inline uint64_t spsc_next_header(const struct spsc_reader *reader) {
  return spsc_acquire(reader->data, spsc_index(reader->read, reader->capacity));
}

// Finds the next message, past padding. Returns false if there is none, or an invalid one.
static inline bool spsc_find(struct spsc_reader *reader, struct spsc_message *message) {
  uint32_t capacity = reader->capacity;
  for (;;) {
    uint32_t index = spsc_index(reader->read, capacity);
    uint64_t header = spsc_acquire(reader->data, index);
    if (header == 0) {
      return false;
    }
    uint32_t type = (uint32_t)(header >> 32);
    uint32_t length = (uint32_t)header;
    uint32_t to_end = capacity - index;
    enum spsc_breach breach = SPSC_NO_BREACH;
    if (type == SPSC_PADDING) {
      // The same store published it and the message at the data area's start. Padding there is a
      // breach, so this loop ends.
      bool right = length == to_end - SPSC_HEADER && to_end < capacity / 2;
      uint64_t behind = spsc_acquire(reader->data, 0);
      uint32_t type_behind = (uint32_t)(behind >> 32);
      if (right && behind == 0 && spsc_peer_changed(&reader->session)) {
        return false;  // it is being cleared from its start on
      }
      if (right && type_behind != 0 && type_behind <= INT32_MAX) {
        reader->read += to_end;
        continue;
      }
      breach = SPSC_BREACH_PADDING;
    } else if (type == 0 || type > INT32_MAX) {
      breach = SPSC_BREACH_RECORD_TYPE;
    } else if (length > spsc_max_length(capacity) || spsc_record(length) > to_end) {
      breach = SPSC_BREACH_RECORD_LENGTH;
    } else {
      *message = (struct spsc_message){type, length, reader->data + index + SPSC_HEADER};
      return true;
    }
    spsc_broken(&reader->session, breach);
    return false;
  }
}

static inline void spsc_give_back(struct spsc_reader *reader) {
  if (reader->released != reader->read) {
    reader->released = reader->read;
    spsc_publish(reader->session.own, SPSC_POSITION_AT, reader->read | SPSC_PRESENT);
  }
}

// For callers that treat "not connected" as "no message".
static inline int32_t spsc_or_nothing(enum spsc_answer answer) {
  return answer == SPSC_NOT_CONNECTED ? 0 : (int32_t)answer;
}

// Returns whether nothing follows, not even behind padding. Behind padding, this happens while the
// part is being cleared.
static inline bool spsc_is_at_end(const struct spsc_reader *reader) {
  uint64_t header = spsc_next_header(reader);
  return header == 0 || (header >> 32 == SPSC_PADDING && spsc_acquire(reader->data, 0) == 0);
}

// Returns the answer for a call that found no message. A new writer stores nothing before this side
// has joined it. Everything that the old writer published, even between these loads, is therefore
// still there, and comes first.
static inline int32_t spsc_nothing(struct spsc_reader *reader) {
  if (reader->session.breach != SPSC_NO_BREACH) {
    return SPSC_PEER_BROKEN;
  }
  if (spsc_peer_changed(&reader->session) && spsc_is_at_end(reader)) {
    return spsc_or_nothing(spsc_join_reader(reader));
  }
  return 0;
}

static inline int32_t spsc_drain(
    struct spsc_reader *reader, spsc_handler *handler, void *context, int32_t limit) {
  struct spsc_session *session = &reader->session;
  if (limit <= 0 || reader->handling || session->closed) {
    return SPSC_MISUSE;
  }
  reader->peeked = 0;
  if (!session->connected) {
    enum spsc_answer answer = spsc_join_reader(reader);
    if (answer != SPSC_OK) {
      return spsc_or_nothing(answer);
    }
  }
  // At most one ring full, so this ends even if the writer never does.
  uint64_t start = reader->read;
  int32_t count = 0;
  struct spsc_message message;
  reader->handling = true;
  while (count < limit && reader->read - start < reader->capacity &&
         spsc_find(reader, &message)) {
    reader->read += spsc_record(message.length);
    count++;
    handler(context, &message);
    if (reader->read - reader->released >= reader->capacity / 4) {
      spsc_give_back(reader);
    }
  }
  reader->handling = false;
  spsc_give_back(reader);
  return count > 0 ? count : spsc_nothing(reader);
}

static inline int32_t spsc_poll(struct spsc_reader *reader, spsc_handler *handler, void *context) {
  return spsc_drain(reader, handler, context, 1);
}

static inline int32_t spsc_peek(struct spsc_reader *reader, struct spsc_message *message) {
  struct spsc_session *session = &reader->session;
  *message = (struct spsc_message){0};
  if (reader->handling || session->closed) {
    return SPSC_MISUSE;
  }
  reader->peeked = 0;
  if (!session->connected) {
    enum spsc_answer answer = spsc_join_reader(reader);
    if (answer != SPSC_OK) {
      return spsc_or_nothing(answer);
    }
  }
  if (spsc_find(reader, message)) {
    reader->peeked = spsc_record(message->length);
    return 1;
  }
  return spsc_nothing(reader);
}

static inline enum spsc_answer spsc_release(struct spsc_reader *reader) {
  if (reader->peeked == 0 || reader->session.closed) {
    return SPSC_MISUSE;
  }
  reader->read += reader->peeked;
  reader->peeked = 0;
  spsc_give_back(reader);
  return SPSC_OK;
}

static inline bool spsc_reader_sleep(struct spsc_reader *reader) {
  if (reader->session.closed) {
    return false;
  }
  spsc_sleep(reader->session.own);
  if (spsc_has_news(&reader->session) ||
      (reader->session.connected && spsc_next_header(reader) != 0)) {
    spsc_wake(reader->session.own);
    return false;
  }
  return true;
}

static inline void spsc_reader_wake(struct spsc_reader *reader) { spsc_wake(reader->session.own); }

static inline bool spsc_reader_peer_sleeps(struct spsc_reader *reader) {
  return spsc_peer_sleeps(&reader->session);
}

static inline void spsc_close_reader(struct spsc_reader *reader) {
  if (!reader->handling) {
    spsc_close(&reader->session);
  }
}
