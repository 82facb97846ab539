// SPDX-License-Identifier: Apache-2.0

// Acts as the writer of a broadcast ring. A test on the host gives the steps, and may kill it at
// any moment. The ring has the readers' parts first, then the writer's.

#include "broadcast_ring.h"
#include "script.h"

static struct bcast_writer writer;

static void open_writer(uint32_t capacity) {
  const volatile void *parts[BCAST_MAX_READERS];
  uint8_t *ring = (uint8_t *)block->ring;
  uint64_t before = block->readers * BCAST_READER_PART;
  for (uint64_t i = 0; i < block->readers; i++) {
    parts[i] = ring + i * BCAST_READER_PART;
  }
  bcast_open_writer(&writer, ring + before, block->size - before, parts, (uint32_t)block->readers,
                    capacity);
}

static enum spsc_answer write(const struct step *step) {
  uint32_t type = (uint32_t)block->done + 1;
  if (step->kind == OFFER) {
    fill(payload, step);
    return bcast_offer(&writer, type, payload, step->value);
  }
  volatile void *room;
  enum spsc_answer answer = bcast_claim(&writer, type, step->value, &room);
  if (answer == SPSC_OK) {
    fill(room, step);
    answer = step->kind == CLAIM ? bcast_commit(&writer) : bcast_abort(&writer);
  }
  return answer;
}

static void run(const struct step *step) {
  switch (step->kind) {
    case OPEN_WRITER:
      open_writer(step->value);
      break;
    case CLOSE:
      bcast_close_writer(&writer);
      break;
    case ADMIT:
      while (bcast_admit(&writer) < step->value) {
      }
      break;
    default:
      write_on(step, write);
  }
}

int main(void) {
  run_all(run);
  return 0;
}
