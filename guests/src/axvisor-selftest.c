// SPDX-License-Identifier: Apache-2.0

// Checks region v3 and Message V1 in this guest's own memory, with both sides in one guest. It
// needs no channel, so it also runs on QEMU. Prints a line for each check, `ok` or `FAIL`; exit
// code 1 after a failure.

#include "axvisor.h"
#include "bench.h"
#include "console.h"
#include "text.h"

#include <stddef.h>

static _Alignas(64) uint8_t memory[20480];
static uint8_t sent[20000];
static uint8_t received[20000];
static struct axvisor_region publisher;
static struct axvisor_region subscriber;
static const struct axvisor_layout *layout;
static bool failed;

static void check(const char *point, bool good) {
  print("%s %s-%s\n", good ? "ok" : "FAIL", layout->name, point);
  failed |= !good;
}

static bool open_both(void) {
  memset(memory, 0, sizeof memory);
  return axvisor_publish(&publisher, memory, sizeof memory, layout) &&
         axvisor_subscribe(&subscriber, memory, sizeof memory) == AXVISOR_READY;
}

static void check_region(void) {
  memset(memory, 0, sizeof memory);
  check("no-magic-yet",
        axvisor_subscribe(&subscriber, memory, sizeof memory) == AXVISOR_NOT_YET);
  check("too-small-to-publish",
        !axvisor_publish(&publisher, memory, layout->region_size - 1, layout));
  check("recognized", open_both() && subscriber.layout == layout);
  check("too-small-to-subscribe",
        axvisor_subscribe(&subscriber, memory, layout->region_size - 1) == AXVISOR_REFUSED);
  bool refused = true;
  for (unsigned at = 0x10; at < 0x30; at++) {
    memory[at] ^= 1;
    refused &= axvisor_subscribe(&subscriber, memory, sizeof memory) != AXVISOR_READY;
    memory[at] ^= 1;
  }
  check("each-field-counts", refused);
}

// Sends and receives in turns, as far as either side gets.
static enum axvisor_progress exchange(
    struct axvisor_sender *sender, struct axvisor_receiver *receiver, uint64_t length,
    bool give_up) {
  enum axvisor_progress out;
  enum axvisor_progress in;
  uint64_t got = 0;
  bool aborting = false;
  do {
    out = aborting ? axvisor_abort(sender) : axvisor_send(sender, sent, length);
    in = axvisor_receive(receiver, received, sizeof received, &got);
    aborting = give_up;
  } while (out == AXVISOR_WAIT);
  if (in == AXVISOR_WAIT) {
    in = axvisor_receive(receiver, received, sizeof received, &got);
  }
  bool same = got == length && memcmp(sent, received, length) == 0;
  return in == AXVISOR_COMPLETE && !same ? AXVISOR_POISONED : in;
}

static void check_messages(void) {
  bool whole = open_both();
  bool aborted = true;
  uint64_t state = 1;
  for (unsigned n = 0; n < 1000; n++) {
    uint64_t length = n < 600 ? n : bench_random(&state) % sizeof sent;
    for (uint64_t i = 0; i < length; i++) {
      sent[i] = (uint8_t)(bench_random(&state) >> 8);
    }
    whole &= exchange(&publisher.sender, &subscriber.receiver, length, false) == AXVISOR_COMPLETE;
    whole &= exchange(&subscriber.sender, &publisher.receiver, length, false) == AXVISOR_COMPLETE;
    if (length > layout->capacity * layout->payload) {
      aborted &= exchange(&publisher.sender, &subscriber.receiver, length, true) == AXVISOR_ABORTED;
    }
  }
  check("messages-both-ways", whole);
  check("aborted-messages", aborted);
}

static void check_bytes(void) {
  static const uint8_t good[] = {0x01, 0x03, 0x18, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01,
                                 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x03, 0x00,
                                 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 'a',  'b',  'c'};
  open_both();
  publisher.sender.id = 0x0807060504030200;
  axvisor_send(&publisher.sender, "abc", 3);
  check("bytes-of-a-cell",
        memcmp(memory + layout->to_subscriber + layout->cells_at, good, sizeof good) == 0);
}

static void check_limits(void) {
  uint64_t length;
  open_both();
  axvisor_send(&publisher.sender, sent, 100);
  check("too-long-is-dropped",
        axvisor_receive(&subscriber.receiver, received, 99, &length) == AXVISOR_TOO_LONG &&
            length == 100 && exchange(&publisher.sender, &subscriber.receiver, 5, false) ==
                                 AXVISOR_COMPLETE);
  publisher.sender.id = 0;
  axvisor_send(&publisher.sender, sent, 1);
  check("an-id-again-poisons",
        axvisor_receive(&subscriber.receiver, received, 99, &length) == AXVISOR_POISONED);
  publisher.sender.id = 100;
  axvisor_send(&publisher.sender, sent, 1);
  check("poison-stays",
        axvisor_receive(&subscriber.receiver, received, 99, &length) == AXVISOR_POISONED);
  *(volatile uint32_t *)(memory + layout->to_subscriber + 12) = 0x12345678;  // the head
  check("impossible-head", axvisor_send(&publisher.sender, sent, 1) == AXVISOR_POISONED);
  *(volatile uint32_t *)(memory + layout->to_publisher + 16) = 0x12345678;  // the tail
  check("impossible-tail",
        axvisor_receive(&publisher.receiver, received, 99, &length) == AXVISOR_POISONED);
}

// The receiver refuses a broken cell or takes it as a message. Whatever the cell holds, nothing is
// written past the buffer.
static void check_broken_cells(void) {
  uint64_t state = 2;
  bool inside = true;
  for (unsigned n = 0; n < 5000; n++) {
    uint64_t length;
    open_both();
    axvisor_send(&publisher.sender, sent, bench_random(&state) % 600);
    for (unsigned i = 0; i < 3; i++) {
      uint64_t at = bench_random(&state) % (layout->cells_at + 4 * layout->cell_size);
      memory[layout->to_subscriber + at] = (uint8_t)(bench_random(&state) >> 8);
    }
    received[64] = 0x5a;
    for (unsigned i = 0; i < 40; i++) {
      axvisor_receive(&subscriber.receiver, received, 64, &length);
    }
    inside &= received[64] == 0x5a;
  }
  check("broken-cells-stay-inside", inside);
}

int main(void) {
  const struct axvisor_layout *const both[] = {&axvisor_cell, &axvisor_slot};
  for (unsigned i = 0; i < 2; i++) {
    layout = both[i];
    check_region();
    check_messages();
    check_bytes();
    check_limits();
    check_broken_cells();
  }
  print(failed ? "axvisor-selftest: FAILED\n" : "axvisor-selftest: ok\n");
  return failed ? 1 : 0;
}
