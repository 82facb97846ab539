// SPDX-License-Identifier: Apache-2.0

// Is one side of a ring as a test on the host says, which may kill it at any moment. The test leaves
// steps in the block at BOARD_SHARED_WORDS, and where the ring is: the reader's part, then the
// writer's. What this guest has done it counts there, behind what it counts.

#include "board.h"
#include "finish.h"
#include "spsc_ring.h"

#define MOST 4096

enum kind { OPEN_WRITER, OPEN_READER, CLOSE, OFFER, CLAIM, ABORT, DRAIN, PEEK };

struct step {
  uint32_t kind;
  uint32_t value;  // OPEN_WRITER: capacity; OFFER, CLAIM, ABORT: length; DRAIN: limit
};

struct block {
  uint64_t ring;
  uint64_t size;   // bytes of it
  uint64_t steps;  // how many
  uint64_t done;   // messages that were committed, or that were read
  int64_t answer;  // the one that ended this guest
  uint64_t reserved[3];
  struct step step[248];
  uint64_t log[256];  // of messages that were read: life, type and length
};

static volatile struct block *const block = (volatile struct block *)BOARD_SHARED_WORDS;
static struct spsc_writer writer;
static struct spsc_reader reader;
static uint64_t life;
static uint8_t payload[MOST];

static void over(int64_t answer) {
  block->answer = answer;
  exit(1);
}

static void note_done(void) {
  uint64_t done = block->done + 1;
  __atomic_store_n(&block->done, done, __ATOMIC_RELEASE);
}

static uint8_t byte_of(uint64_t message, uint32_t at) { return (uint8_t)(31 * message + at + 1); }

static enum spsc_answer write(const struct step *step, uint64_t message) {
  uint32_t type = (uint32_t)message + 1;
  if (step->kind == OFFER) {
    for (uint32_t i = 0; i < step->value; i++) {
      payload[i] = byte_of(message, i);
    }
    return spsc_offer(&writer, type, payload, step->value);
  }
  volatile void *room;
  enum spsc_answer answer = spsc_claim(&writer, type, step->value, &room);
  if (answer == SPSC_OK) {
    for (uint32_t i = 0; i < step->value; i++) {
      ((volatile uint8_t *)room)[i] = step->kind == CLAIM ? byte_of(message, i) : 0xee;
    }
    answer = step->kind == CLAIM ? spsc_commit(&writer) : spsc_abort(&writer);
  }
  return answer;
}

static void write_on(const struct step *step) {
  enum spsc_answer answer;
  do {
    answer = write(step, block->done);
  } while (answer == SPSC_BACK_PRESSURED || answer == SPSC_NOT_CONNECTED);
  if (answer != SPSC_OK) {
    over(answer);
  }
  if (step->kind != ABORT) {
    note_done();
  }
}

static void note(void *context, const struct spsc_message *message) {
  (void)context;
  uint64_t wrong = 0;
  for (uint32_t i = 0; i < message->length; i++) {
    wrong |= ((const volatile uint8_t *)message->payload)[i] != byte_of(message->type - 1, i);
  }
  block->log[block->done] =
      wrong << 63 | life << 48 | (uint64_t)message->type << 16 | message->length;
  note_done();
}

static int32_t read(const struct step *step) {
  if (step->kind == DRAIN) {
    return spsc_drain(&reader, note, NULL, (int32_t)step->value);
  }
  struct spsc_message message;
  int32_t answer = spsc_peek(&reader, &message);
  if (answer > 0) {
    note(NULL, &message);
    spsc_release(&reader);
  }
  return answer;
}

static void read_on(const struct step *step) {
  int32_t answer;
  do {
    answer = read(step);
  } while (answer == 0);
  if (answer < 0) {
    over(answer);
  }
}

static void run(const struct step *step) {
  uint8_t *readers = (uint8_t *)block->ring;
  uint8_t *writers = readers + SPSC_READER_PART;
  uint64_t size = block->size - SPSC_READER_PART;
  switch (step->kind) {
    case OPEN_WRITER:
      life++;
      spsc_open_writer(&writer, writers, size, readers, SPSC_READER_PART, step->value);
      break;
    case OPEN_READER:
      life++;
      spsc_open_reader(&reader, writers, size, readers, SPSC_READER_PART);
      break;
    case CLOSE:
      spsc_close_writer(&writer);
      break;
    case DRAIN:
    case PEEK:
      read_on(step);
      break;
    default:
      write_on(step);
  }
}

int main(void) {
  for (uint64_t i = 0; i < block->steps; i++) {
    struct step step = {block->step[i].kind, block->step[i].value};
    run(&step);
  }
  return 0;
}
