// SPDX-License-Identifier: Apache-2.0

// Checks region v3 with Message V1, and region version 2, in this guest's own memory, with both sides in one guest. It
// needs no channel, so it also runs on QEMU. Prints a line for each check, `ok` or `FAIL`; exit
// code 1 after a failure.

#include "axvisor.h"
#include "axvisor_v2.h"
#include "bench.h"
#include "console.h"
#include "text.h"

#include <stddef.h>

static _Alignas(64) uint8_t memory[20480];
static uint8_t sent[20000];
static uint8_t received[20000];
static struct axvisor_region publisher;
static struct axvisor_region subscriber;
static struct axvisor_v2_region publisher_v2;
static struct axvisor_v2_region subscriber_v2;
static const struct axvisor_layout *layout;
static bool failed;

static void check_named(const char *name, const char *point, bool good) {
  print("%s %s-%s\n", good ? "ok" : "FAIL", name, point);
  failed |= !good;
}

static void check(const char *point, bool good) {
  check_named(layout->name, point, good);
}

static bool open_both(void) {
  memset(memory, 0, sizeof memory);
  return axvisor_publish(&publisher, memory, sizeof memory, layout) &&
         axvisor_subscribe(&subscriber, memory, sizeof memory) == AXVISOR_READY;
}

#define REGION_SIZE_AT 0x1c
#define FEATURES_AT 0x20

// Whether a byte of the header may say more than this side needs.
static bool may_be_larger(unsigned at) {
  return (at >= REGION_SIZE_AT && at < REGION_SIZE_AT + 4) ||
         (at > FEATURES_AT && at < FEATURES_AT + 4);
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
    if (may_be_larger(at)) {
      continue;
    }
    memory[at] ^= 1;
    refused &= axvisor_subscribe(&subscriber, memory, sizeof memory) != AXVISOR_READY;
    memory[at] ^= 1;
  }
  check("each-field-counts", refused);
  *(volatile uint32_t *)(memory + REGION_SIZE_AT) = sizeof memory;
  *(volatile uint32_t *)(memory + FEATURES_AT) = 7;
  check("more-than-needed-is-accepted",
        axvisor_subscribe(&subscriber, memory, sizeof memory) == AXVISOR_READY &&
            subscriber.layout == layout);
  check("more-than-there-is-is-refused",
        axvisor_subscribe(&subscriber, memory, sizeof memory - 1) == AXVISOR_REFUSED);
  *(volatile uint64_t *)memory = 7;
  *(volatile uint64_t *)(memory + 8) = 9;
  check("publisher-and-key", axvisor_is_channel(memory, 7, 9) &&
                                 !axvisor_is_channel(memory, 7, 8) &&
                                 !axvisor_is_channel(memory, 6, 9));
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

// The publisher begins anew, and so does a subscriber.
static void check_restarts(void) {
  uint64_t length;
  open_both();
  bool good = exchange(&publisher.sender, &subscriber.receiver, 3, false) == AXVISOR_COMPLETE &&
              exchange(&subscriber.sender, &publisher.receiver, 3, false) == AXVISOR_COMPLETE;
  axvisor_publish(&publisher, memory, sizeof memory, layout);
  for (unsigned n = 0; n < 8; n++) {
    good &= axvisor_send(&publisher.sender, sent, n) == AXVISOR_COMPLETE;
  }
  for (unsigned n = 0; n < 2; n++) {
    good &= axvisor_send(&subscriber.sender, sent, 1) == AXVISOR_PEER_RESTARTED;
    good &= axvisor_receive(&subscriber.receiver, received, sizeof received, &length) ==
            AXVISOR_PEER_RESTARTED;
  }
  axvisor_subscribe(&subscriber, memory, sizeof memory);
  for (unsigned n = 0; n < 8; n++) {
    good &= axvisor_receive(&subscriber.receiver, received, sizeof received, &length) ==
                AXVISOR_COMPLETE &&
            length == n;
  }
  check("a-new-region-is-noticed", good);
  good = exchange(&subscriber.sender, &publisher.receiver, 3, false) == AXVISOR_COMPLETE;
  axvisor_subscribe(&subscriber, memory, sizeof memory);
  good &= axvisor_send(&subscriber.sender, sent, 5) == AXVISOR_COMPLETE;
  good &= axvisor_receive(&publisher.receiver, received, sizeof received, &length) ==
          AXVISOR_PEER_RESTARTED;
  good &= axvisor_receive(&publisher.receiver, received, sizeof received, &length) ==
              AXVISOR_COMPLETE &&
          length == 5;
  check("a-new-subscriber-is-noticed", good);
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
  publisher.sender.id = 1;
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

static void check_v2(const char *point, bool good) {
  check_named("v2", point, good);
}

static bool open_both_v2(void) {
  memset(memory, 0, sizeof memory);
  return axvisor_v2_publish(&publisher_v2, memory, sizeof memory) &&
         axvisor_v2_subscribe(&subscriber_v2, memory, sizeof memory) == AXVISOR_READY;
}

static void check_region_v2(void) {
  memset(memory, 0, sizeof memory);
  check_v2("no-magic-yet",
           axvisor_v2_subscribe(&subscriber_v2, memory, sizeof memory) == AXVISOR_NOT_YET &&
               axvisor_version(memory) == AXVISOR_NO_VERSION);
  check_v2("too-small-to-publish", !axvisor_v2_publish(&publisher_v2, memory, 2239));
  check_v2("recognized", open_both_v2() && axvisor_version(memory) == 2);
  check_v2("too-small-to-subscribe",
           axvisor_v2_subscribe(&subscriber_v2, memory, 2239) == AXVISOR_REFUSED);
  check_v2("refused-by-v3",
           axvisor_subscribe(&subscriber, memory, sizeof memory) == AXVISOR_REFUSED);
  axvisor_publish(&publisher, memory, sizeof memory, &axvisor_cell);
  check_v2("refuses-v3",
           axvisor_v2_subscribe(&subscriber_v2, memory, sizeof memory) == AXVISOR_REFUSED &&
               axvisor_version(memory) == 3);
  bool refused = open_both_v2();
  for (unsigned at = 0x10; at < 0x30; at++) {
    if (may_be_larger(at)) {
      continue;
    }
    memory[at] ^= 1;
    refused &= axvisor_v2_subscribe(&subscriber_v2, memory, sizeof memory) != AXVISOR_READY;
    memory[at] ^= 1;
  }
  check_v2("each-field-counts", refused);
}

static bool takes(
    struct axvisor_v2_receiver *receiver, uint64_t sequence, uint32_t kind, uint32_t length) {
  struct axvisor_v2_message message;
  return axvisor_v2_receive(receiver, &message) == AXVISOR_COMPLETE &&
         message.sequence == sequence && message.kind == kind && message.length == length &&
         memcmp(message.payload, sent, length) == 0;
}

// A request and its acknowledgement, 1000 times, with each length.
static bool converse_v2(struct axvisor_v2_region *asks, struct axvisor_v2_region *answers) {
  bool good = true;
  uint64_t state = 3;
  for (unsigned n = 1; n <= 1000; n++) {
    uint32_t length = n % (AXVISOR_V2_PAYLOAD + 1);
    for (uint32_t i = 0; i < length; i++) {
      sent[i] = (uint8_t)(bench_random(&state) >> 8);
    }
    good &= axvisor_v2_request(&asks->sender, sent, length) == AXVISOR_COMPLETE;
    good &= asks->sender.sequence == n;
    good &= takes(&answers->receiver, n, AXVISOR_V2_REQUEST, length);
    good &= axvisor_v2_acknowledge(&answers->sender, n, sent, length) == AXVISOR_COMPLETE;
    good &= takes(&asks->receiver, n, AXVISOR_V2_ACKNOWLEDGEMENT, length);
  }
  return good;
}

static void check_bytes_v2(void) {
  static const uint8_t good[] = {1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 'a', 'b', 'c', 0};
  open_both_v2();
  memset(memory + 128, 0x5a, 64);
  axvisor_v2_request(&publisher_v2.sender, "abc", 3);
  check_v2("bytes-of-a-slot", memcmp(memory + 128, good, sizeof good) == 0 && memory[191] == 0);
}

static void check_limits_v2(void) {
  struct axvisor_v2_message message;
  bool good = open_both_v2();
  for (unsigned i = 0; i < 16; i++) {
    good &= axvisor_v2_request(&publisher_v2.sender, sent, 1) == AXVISOR_COMPLETE;
  }
  check_v2("full-ring", good && axvisor_v2_request(&publisher_v2.sender, sent, 1) == AXVISOR_WAIT &&
                            publisher_v2.sender.sequence == 16);
  check_v2("too-long", axvisor_v2_request(&publisher_v2.sender, sent, 49) == AXVISOR_TOO_LONG);
  *(volatile uint32_t *)(memory + 128 + 12) = 3;          // the first slot's kind
  *(volatile uint32_t *)(memory + 128 + 64 + 8) = 49;     // the second one's length
  check_v2("malformed-slots-are-dropped",
           takes(&subscriber_v2.receiver, 3, AXVISOR_V2_REQUEST, 1) &&
               subscriber_v2.receiver.dropped == 2);
  *(volatile uint32_t *)(memory + 64 + 12) = 0x12345678;  // the head
  check_v2("impossible-head",
           axvisor_v2_request(&publisher_v2.sender, sent, 1) == AXVISOR_POISONED);
  *(volatile uint32_t *)(memory + 1152 + 16) = 0x12345678;  // the tail
  bool poisoned = axvisor_v2_receive(&publisher_v2.receiver, &message) == AXVISOR_POISONED;
  *(volatile uint32_t *)(memory + 1152 + 16) = 0;
  check_v2("impossible-tail",
           poisoned && axvisor_v2_receive(&publisher_v2.receiver, &message) == AXVISOR_POISONED);
}

// Whatever a slot says, no more than its payload is written.
static void check_broken_slots_v2(void) {
  uint64_t state = 4;
  bool inside = true;
  for (unsigned n = 0; n < 5000; n++) {
    struct {
      struct axvisor_v2_message message;
      uint8_t behind;
    } taken = {.behind = 0x5a};
    open_both_v2();
    for (unsigned i = 0; i < 16; i++) {
      axvisor_v2_acknowledge(&publisher_v2.sender, i, sent, i);
      memory[128 + 64 * i + 8 + bench_random(&state) % 8] = (uint8_t)(bench_random(&state) >> 8);
    }
    while (axvisor_v2_receive(&subscriber_v2.receiver, &taken.message) == AXVISOR_COMPLETE) {
      inside &= taken.message.length <= AXVISOR_V2_PAYLOAD;
    }
    inside &= taken.behind == 0x5a && subscriber_v2.receiver.ring.index == 16;
  }
  check_v2("broken-slots-stay-inside", inside);
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
    check_restarts();
  }
  check_region_v2();
  check_v2("requests-from-the-publisher",
           open_both_v2() && converse_v2(&publisher_v2, &subscriber_v2));
  check_v2("requests-from-the-subscriber",
           open_both_v2() && converse_v2(&subscriber_v2, &publisher_v2));
  check_bytes_v2();
  check_limits_v2();
  check_broken_slots_v2();
  print(failed ? "axvisor-selftest: FAILED\n" : "axvisor-selftest: ok\n");
  return failed ? 1 : 0;
}
