// SPDX-License-Identifier: Apache-2.0

// Streams payload from one guest to another through a ring with two indices in a raw channel. Uses
// only loads and stores, no doorbell and no exit. Command line: role=send or role=receive,
// channel=stream, bytes=1073741824; for the sender also size=1048576, the channel's size. The
// receiver compares a checksum, and ends with 1 if it differs.
//
// The ring begins at the channel's second page. Each index counts bytes, has a cache line of its
// own, and is written by one side. The sender publishes `written` after the payload (release); the
// receiver publishes `read` after its loads.

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "meeting.h"
#include "text.h"

struct control {
  _Alignas(64) uint8_t host_words[IVC_RAW_HEADER];
  _Alignas(64) uint64_t written;
  _Alignas(64) uint64_t read;
  _Alignas(64) uint64_t bytes;     // by the sender, before `ready`
  uint64_t checksum;               // by the sender, before its last `written`
  _Alignas(64) uint32_t ready;     // by the sender
  _Alignas(64) uint32_t received;  // by the receiver: 1 when it is done
};
_Static_assert(sizeof(struct control) <= IVC_PAGE, "control");

// Two sums, so that the checksum depends on the order of the words.
struct sum {
  uint64_t words;
  uint64_t sums;
};

static uint64_t checksum(const struct sum *sum) { return sum->words ^ sum->sums << 1; }

#define STEP 0x9e3779b97f4a7c15ul  // word n of the stream is n + 1 times this

// Both sides handle eight words at a time; the stream and its pieces are multiples of that.
#define LINE 8

static volatile struct control *control;
static volatile uint64_t *ring;
static uint64_t capacity;  // bytes
static uint64_t piece;     // bytes written or read between two looks at the indices

static void open_ring(const struct ivc_channel *channel) {
  if (channel->layout != IVC_RAW || channel->size < 2 * IVC_PAGE) {
    meeting_over("the channel is no raw one of two pages or more");
  }
  control = channel->memory;
  ring = (volatile uint64_t *)((uint64_t)channel->memory + IVC_PAGE);
  capacity = channel->size - IVC_PAGE;
  piece = capacity / 8 & ~(8ul * LINE - 1);
  while (capacity % piece != 0) {
    piece -= 8 * LINE;
  }
}

static uint64_t acquire(const volatile uint64_t *index) {
  return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

static void release(volatile uint64_t *index, uint64_t value) {
  __atomic_store_n(index, value, __ATOMIC_RELEASE);
}

static uint64_t write_words(
    volatile uint64_t *to, uint64_t count, uint64_t word, struct sum *sum) {
  uint64_t words = sum->words, sums = sum->sums;
  for (volatile uint64_t *end = to + count; to < end; to += LINE) {
#pragma GCC unroll 8
    for (unsigned i = 0; i < LINE; i++) {
      word += STEP;
      to[i] = word;
      words += word;
      sums += words;
    }
  }
  *sum = (struct sum){words, sums};
  return word;
}

static void read_words(const volatile uint64_t *from, uint64_t count, struct sum *sum) {
  uint64_t words = sum->words, sums = sum->sums;
  for (const volatile uint64_t *end = from + count; from < end; from += LINE) {
#pragma GCC unroll 8
    for (unsigned i = 0; i < LINE; i++) {
      words += from[i];
      sums += words;
    }
  }
  *sum = (struct sum){words, sums};
}

static uint64_t next_piece(uint64_t done, uint64_t bytes) {
  return bytes - done < piece ? bytes - done : piece;
}

static int send(const char *name, uint64_t bytes) {
  struct ivc_channel channel;
  meeting_publish(name, command_line_number("size", 1 << 20), &channel);
  open_ring(&channel);
  control->bytes = bytes;
  meeting_say(&control->ready, 1);
  struct sum sum = {0};
  uint64_t word = 0;
  for (uint64_t done = 0; done < bytes;) {
    uint64_t size = next_piece(done, bytes);
    while (done + size - acquire(&control->read) > capacity) {
    }
    word = write_words(ring + done % capacity / 8, size / 8, word, &sum);
    done += size;
    control->checksum = checksum(&sum);
    release(&control->written, done);
  }
  meeting_word(&control->received, 1, "the receiver");
  print("stream: sent %lu MiB\n", bytes >> 20);
  return 0;
}

static int receive(const char *name) {
  struct ivc_channel channel;
  meeting_subscribe(name, &channel);
  open_ring(&channel);
  meeting_word(&control->ready, 1, "the sender");
  uint64_t bytes = control->bytes;
  struct sum sum = {0};
  uint64_t start = 0;
  for (uint64_t done = 0; done < bytes;) {
    uint64_t size = next_piece(done, bytes);
    while (acquire(&control->written) < done + size) {
    }
    if (start == 0) {
      start = read_time();
    }
    read_words(ring + done % capacity / 8, size / 8, &sum);
    done += size;
    release(&control->read, done);
  }
  uint64_t ticks = read_time() - start;
  bool correct = checksum(&sum) == control->checksum;
  uint64_t milliseconds = ticks / (BOARD_TICKS_PER_SECOND / 1000);
  print("stream: received %lu MiB in %lu ms, %lu MiB/s, checksum %016lx %s\n", bytes >> 20,
        milliseconds, (bytes >> 20) * 1000 / (milliseconds + (milliseconds == 0)), checksum(&sum),
        correct ? "ok" : "WRONG");
  meeting_say(&control->received, 1);
  return correct ? 0 : 1;
}

int main(void) {
  char role[16] = "";
  char name[IVC_NAME_MAX + 1] = "stream";
  command_line_text("role", role, sizeof role);
  command_line_text("channel", name, sizeof name);
  uint64_t bytes = command_line_number("bytes", 1ul << 30) & ~(8ul * LINE - 1);
  meeting_open();
  if (strcmp(role, "send") == 0) {
    return send(name, bytes);
  }
  if (strcmp(role, "receive") == 0) {
    return receive(name);
  }
  meeting_over("role=send or role=receive is missing");
}
