// SPDX-License-Identifier: Apache-2.0
#pragma once

// The writing side of broadcast_ring.h, which includes this file and explains how to use it.

// Begins a new life of the writer. Everything that readers of an earlier life need stays.
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
      i = UINT32_MAX;  // start again; at most once for each number
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

// Stops holding back for a reader. The reader notices: this store comes before the claim of the
// space that was held back, and that claim comes before the first store into the space.
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

// Handles a new life of a reader, or its end. Admits the new life if it is ready.
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
    return;  // it is being written: look again later
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

// Records a reader's position, or drops the reader.
static inline void bcast_follow(struct bcast_writer *writer, uint32_t reader) {
  struct bcast_seen *seen = &writer->seen[reader];
  uint64_t found = spsc_acquire(seen->part, SPSC_POSITION_AT);
  if (found == 0) {
    return;  // it has not begun yet, or begins a new life
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

// Looks at all readers, and finds the position of the slowest.
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

// Returns whether no reader still reads what an earlier life of the writer has published.
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

// Returns whether this life's stream has begun. Begins it if no reader still reads an earlier one.
// The stream's name is 0 before any word that belongs to the stream changes.
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

// Returns the bytes from the writer's position to the end of a record of that size, including
// padding.
static inline uint32_t bcast_needed(const struct bcast_writer *writer, uint32_t size) {
  uint32_t to_end = writer->capacity - spsc_index(writer->written, writer->capacity);
  return size <= to_end ? size : to_end + size;
}

// Includes the word behind the record, which marks the end.
static inline bool bcast_has_room(const struct bcast_writer *writer, uint32_t needed) {
  return writer->written - writer->read + needed + SPSC_HEADER <= writer->capacity;
}

// Stores how far this side is about to store. This comes after all that it has stored so far and
// before all that it stores next. A reader that has loaded any of the latter therefore finds this
// claim.
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

// Publishes a record with one store, to its header or to the header of the padding before it.
static inline void bcast_put_record(
    struct bcast_writer *writer, uint32_t index, uint32_t type, uint32_t length) {
  uint32_t next = spsc_index(writer->written, writer->capacity);
  uint64_t begin = index == next ? writer->written : writer->written + writer->capacity - next;
  uint64_t end = begin + bcast_record(length);
  if (end + SPSC_HEADER > writer->zeroed) {
    // Plain stores into claimed space: the store of the header follows them.
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
  writer->zeroed = writer->written + SPSC_HEADER;  // the caller may have written the rest
  return SPSC_OK;
}

static inline uint32_t bcast_admit(struct bcast_writer *writer) {
  if (!writer->closed && bcast_has_begun(writer)) {
    bcast_look_at_all(writer);
  }
  // Not by __builtin_popcountll(): gcc would call a library function that guests lack.
  uint32_t count = 0;
  for (uint64_t left = writer->holding; left != 0; left &= left - 1) {
    count++;
  }
  return count;
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

// Counts readers that the writer has not looked at yet, too: a lossy one may already sleep.
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
