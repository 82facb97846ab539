// SPDX-License-Identifier: Apache-2.0

// One publisher and many subscribers that may only read. The publisher waits until all have joined,
// writes messages into its section of the sectioned channel "news", and waits until all have left.
// Each subscriber checks every message, and checks that the machine refuses a store of its own.
// Command line: role=publish subscribers=8 messages=1000, or role=subscribe.

#include "bench.h"
#include "command_line.h"
#include "console.h"
#include "meeting.h"
#include "probe.h"
#include "text.h"
#include "traps.h"

#define CHANNEL "news"
#define SECTION_SIZE (64 * 1024)

struct message {
  uint64_t number;  // from 1
  uint64_t words[6];
  uint64_t checksum;
};

struct news {
  uint32_t published;  // number of messages that can be read
  uint32_t all;        // final number of messages; stored before the first is published
  uint8_t reserved[56];
  struct message messages[(SECTION_SIZE - 64) / sizeof(struct message)];
};
_Static_assert(sizeof(struct news) == SECTION_SIZE, "news");

static uint64_t checksum(const struct message *message) {
  uint64_t sum = message->number;
  for (unsigned i = 0; i < 6; i++) {
    sum = bench_mix(sum, message->words[i]);
  }
  return sum;
}

// Waits until `count` events of that kind have come.
static void await(enum ivc_event_kind kind, uint64_t count, const char *of_what) {
  while (count > 0) {
    struct ivc_event event;
    meeting_event(&event, of_what);
    count -= event.kind == kind;
  }
}

static int publish(void) {
  uint64_t subscribers = command_line_number("subscribers", 8);
  uint64_t all = command_line_number("messages", 1000);
  struct ivc_channel channel;
  enum ivc_status status = ivc_publish_sectioned(CHANNEL, 0, SECTION_SIZE, 0, 0, &channel);
  if (status != IVC_DONE) {
    meeting_failed(CHANNEL, status);
  }
  volatile struct news *news = (volatile struct news *)channel.own;
  if (all > sizeof news->messages / sizeof news->messages[0]) {
    meeting_over("so many messages do not fit into the section");
  }
  await(IVC_PEER_JOINED, subscribers, "all subscribers to join");
  print("%lu subscribers joined. I publish %lu messages.\n", subscribers, all);

  news->all = (uint32_t)all;
  uint64_t state = 0x6e657773;
  for (uint32_t i = 0; i < all; i++) {
    struct message message = {.number = i + 1};
    for (unsigned w = 0; w < 6; w++) {
      message.words[w] = bench_random(&state);
    }
    message.checksum = checksum(&message);
    memcpy((void *)&news->messages[i], &message, sizeof message);
    meeting_say(&news->published, i + 1);
  }
  await(IVC_PEER_LEFT, subscribers, "all subscribers to leave");
  print("All %lu have read them and left.\n", subscribers);
  return 0;
}

static int subscribe(void) {
  struct ivc_channel channel;
  meeting_subscribe(CHANNEL, &channel);
  if (channel.layout != IVC_SECTIONED || channel.publisher_size < SECTION_SIZE) {
    meeting_over("the channel is not sectioned as expected");
  }
  const volatile struct news *news = (const volatile struct news *)channel.publisher_section;
  meeting_word(&news->published, 1, "the first message");
  uint32_t all = news->all;
  if (all > sizeof news->messages / sizeof news->messages[0]) {
    meeting_over("the publisher says nonsense");
  }
  for (uint32_t i = 0; i < all; i++) {
    meeting_word(&news->published, i + 1, "the next message");
    struct message message;
    memcpy(&message, (const void *)&news->messages[i], sizeof message);
    if (message.number != i + 1 || message.checksum != checksum(&message)) {
      meeting_over("a message is wrong");
    }
  }
  struct probe seen = probe_store((uint64_t)news);
  if (seen.count != 1 || seen.cause != STORE_ACCESS) {
    meeting_over("a store to what I may only read was not refused");
  }
  print("I read %u messages, all correct. My store was refused by the machine.\n", all);
  return 0;
}

int main(void) {
  char role[16] = "";
  command_line_text("role", role, sizeof role);
  meeting_open();
  if (strcmp(role, "publish") == 0) {
    return publish();
  }
  if (strcmp(role, "subscribe") == 0) {
    return subscribe();
  }
  meeting_over("role=publish or role=subscribe is missing");
}
