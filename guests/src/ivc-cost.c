// SPDX-License-Identifier: Apache-2.0

// Measures what joining and leaving a channel costs a guest. Command line: n=2000 and
//
//   role=publish     publishes and unpublishes a page n times, then publishes it for the other one
//   role=subscribe   subscribes to it and unsubscribes n times
//   role=copy        copies size=1048576 bytes from its RAM to a channel and back, n times each, by
//                    the library's memcpy of 64 KiB
//
// After each join, the guest accesses the memory, to be sure that it is mapped.

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "meeting.h"
#include "text.h"

#define NANOSECONDS_PER_TICK (1000000000 / BOARD_TICKS_PER_SECOND)

struct page {
  uint8_t host_words[IVC_RAW_HEADER];
  _Alignas(64) uint32_t ready;
  uint32_t done;
};

// Ticks spent joining and leaving.
struct cost {
  uint64_t in;
  uint64_t out;
};

static void report(const char *in, const char *out, const struct cost *cost, uint64_t n) {
  print("ivc-cost: %lu times, %s %lu ns, %s %lu ns\n", n, in, cost->in * NANOSECONDS_PER_TICK / n,
        out, cost->out * NANOSECONDS_PER_TICK / n);
}

static void must(const char *what, enum ivc_status status) {
  if (status != IVC_DONE) {
    meeting_failed(what, status);
  }
}

static int publish(uint64_t n) {
  struct ivc_channel channel;
  struct cost cost = {0};
  for (uint64_t i = 0; i < n; i++) {
    uint64_t start = read_time();
    must("publish", ivc_publish(NULL, 2, IVC_PAGE, &channel));
    ((volatile struct page *)channel.memory)->ready = 1;
    uint64_t joined = read_time();
    must("unpublish", ivc_unpublish(channel.handle));
    cost.in += joined - start;
    cost.out += read_time() - joined;
  }
  report("publish", "unpublish", &cost, n);
  meeting_publish("cost", IVC_PAGE, &channel);
  volatile struct page *page = channel.memory;
  meeting_say(&page->ready, 1);
  meeting_word(&page->done, 1, "the subscriber");
  return 0;
}

static int subscribe(uint64_t n) {
  struct ivc_channel channel;
  meeting_subscribe("cost", &channel);
  uint32_t publisher = channel.publisher;
  uint64_t key = channel.key;
  must("unsubscribe", ivc_unsubscribe(channel.handle));
  struct cost cost = {0};
  for (uint64_t i = 0; i < n; i++) {
    uint64_t start = read_time();
    must("subscribe", ivc_subscribe(publisher, key, &channel));
    (void)((volatile struct page *)channel.memory)->ready;
    uint64_t joined = read_time();
    must("unsubscribe", ivc_unsubscribe(channel.handle));
    cost.in += joined - start;
    cost.out += read_time() - joined;
  }
  report("subscribe", "unsubscribe", &cost, n);
  must("subscribe", ivc_subscribe(publisher, key, &channel));
  meeting_say(&((volatile struct page *)channel.memory)->done, 1);
  return 0;
}

#define PIECE (64ul << 10)

static void copy_pieces(unsigned char *to, const unsigned char *from, uint64_t size) {
  for (uint64_t done = 0; done < size; done += PIECE) {
    memcpy(to + done, from + done, size - done < PIECE ? size - done : PIECE);
  }
}

static int copy(uint64_t n) {
  uint64_t size = command_line_number("size", 1 << 20) & ~7ul;
  struct ivc_channel channel;
  meeting_publish("cost", size, &channel);
  // Unused RAM; only its cost counts, not its content.
  unsigned char *ram = (unsigned char *)(uintptr_t)BOARD_SHARED_WORDS;
  unsigned char *memory = (unsigned char *)(uintptr_t)channel.memory;
  struct cost cost = {0};
  for (uint64_t i = 0; i < n; i++) {
    uint64_t start = read_time();
    copy_pieces(memory, ram, size);
    uint64_t written = read_time();
    copy_pieces(ram, memory, size);
    cost.in += written - start;
    cost.out += read_time() - written;
  }
  uint64_t scaled = n * size / 1024 * (BOARD_TICKS_PER_SECOND / 1024);
  print("ivc-cost: %lu times %lu bytes, to the channel %lu MiB/s, from it %lu MiB/s\n", n, size,
        scaled / (cost.in + (cost.in == 0)), scaled / (cost.out + (cost.out == 0)));
  return 0;
}

int main(void) {
  char role[16] = "";
  command_line_text("role", role, sizeof role);
  uint64_t n = command_line_number("n", 2000);
  n += n == 0;
  meeting_open();
  if (strcmp(role, "publish") == 0) {
    return publish(n);
  }
  if (strcmp(role, "subscribe") == 0) {
    return subscribe(n);
  }
  if (strcmp(role, "copy") == 0) {
    return copy(n);
  }
  meeting_over("role=publish, role=subscribe or role=copy is missing");
}
