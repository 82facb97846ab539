// SPDX-License-Identifier: Apache-2.0

// Acts as one side of a ring. A test on the host gives the steps, and may kill it at any moment.
// The ring has the reader's part first, then the writer's.

#include "script.h"

static struct spsc_writer writer;
static struct spsc_reader reader;
static uint64_t life;

static enum spsc_answer write(const struct step *step) {
  uint32_t type = (uint32_t)block->done + 1;
  if (step->kind == OFFER) {
    fill(payload, step);
    return spsc_offer(&writer, type, payload, step->value);
  }
  volatile void *room;
  enum spsc_answer answer = spsc_claim(&writer, type, step->value, &room);
  if (answer == SPSC_OK) {
    fill(room, step);
    answer = step->kind == CLAIM ? spsc_commit(&writer) : spsc_abort(&writer);
  }
  return answer;
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
      write_on(step, write);
  }
}

int main(void) {
  run_all(run);
  return 0;
}
