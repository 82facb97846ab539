// SPDX-License-Identifier: Apache-2.0
#pragma once

// The reading sides of broadcast_ring.h, which includes this file and explains how to use them.

// Begins a new life of a reader.
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
  // Not 0 again: a side that has rung for a sleep of an earlier life would not ring for a sleep of
  // this one.
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

// Returns the capacity that the writer gives, or 0 if it is invalid.
static inline uint32_t bcast_says(const struct bcast_session *session) {
  uint64_t says = spsc_get(session->peers, SPSC_CAPACITY_AT);
  return spsc_is_capacity(says) && says <= session->room ? (uint32_t)says : 0;
}

// Returns what is wrong with the writer's head, if anything.
static inline enum bcast_breach bcast_head(const struct bcast_session *session) {
  if (spsc_get32(session->peers, SPSC_MAGIC_AT) != BCAST_WRITER_MAGIC ||
      spsc_get32(session->peers, SPSC_VERSION_AT) != SPSC_VERSION) {
    return BCAST_BREACH_HEAD;
  }
  return bcast_says(session) != 0 ? BCAST_NO_BREACH : BCAST_BREACH_CAPACITY;
}

// Records the writer's generation, and asks the writer for admission. Returns SPSC_OK if there is a
// writer.
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
    // Check again: the life that this side saw may have ended before this side joined it. A new
    // life may have taken its number, with another capacity.
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

// Returns whether this side has asked for admission and may have got it since. A writer that has
// ended counts, too: its messages come first.
static inline bool bcast_waits(const struct bcast_session *session) {
  return !session->connected && session->breach == BCAST_NO_BREACH && session->peer != 0 &&
         session->joined == session->peer;
}

static inline void bcast_connect(struct bcast_session *session) {
  session->connected = true;
  session->owes_restart = true;
}

// Returns whether the next call would answer something or continue joining, rather than wait.
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
    return false;  // no writer waits for this reader
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

// Returns whether the writer has admitted or refused this life of the reader.
static inline bool bcast_is_dealt_with(const struct bcast_session *session) {
  return bcast_stream_is(session) &&
         spsc_acquire(session->peers, bcast_life_at(session->number)) == session->generation &&
         bcast_hold(session) != 0;
}

// Returns whether the writer still holds back. The writer clears its mark before it overwrites
// anything that it held back for. If the mark is still set after some loads, those loads saw
// nothing overwritten.
static inline bool bcast_is_held(const struct bcast_reader *reader) {
  atomic_thread_fence(memory_order_acquire);
  return bcast_hold(&reader->session) == reader->hold;
}

// Begins to read, if the writer has admitted this reader. Returns the answer for a call that finds
// no message.
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

// Continues joining as far as possible.
static inline int32_t bcast_join(struct bcast_reader *reader) {
  struct bcast_session *session = &reader->session;
  if (bcast_waits(session)) {
    bool ended = bcast_peer_changed(session);  // look at this first: its table is final then
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
  // A new writer stores nothing before this side has joined it. Everything that the old writer
  // published, even between these loads, is therefore still there, and comes first.
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

// Returns whether everything loaded from a position on belongs to the stream that this side has
// joined, and was not being overwritten. A new writer names no stream before it stores its own
// claim, so the stream's name is loaded last.
static inline bool bcast_is_intact(const struct bcast_session *session, uint64_t from) {
  atomic_thread_fence(memory_order_acquire);
  uint64_t claimed = spsc_acquire(session->peers, BCAST_CLAIMED_AT);
  return claimed - from <= session->capacity && bcast_stream_is(session);
}

// Copies the message whose record, or the padding before it, is at a position. It first loads
// everything and then checks: if the writer has not claimed any of it by then, the copy is what was
// published.
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

// Begins to read, if the writer's stream has begun and its newest message stayed in place long
// enough.
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

// Returns a message if there is one, and otherwise the answer that is due.
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
    // Everything that the old writer published before it ended, even between these loads, comes
    // first.
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
