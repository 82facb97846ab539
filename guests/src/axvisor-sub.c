// SPDX-License-Identifier: Apache-2.0

// The other side of axvisor-pub: subscribes by hypercall, accepts either layout, and sends each
// message back with its bytes inverted. Command line: publisher=1 key=1 rounds=1.

#include "axvisor-talk.h"

#include "timer.h"

static uint8_t message[TALK_LONGEST];

// A failed call returns -1 for any reason, so "not yet" and "never" look alike: try until the
// deadline.
static void join(struct talk *talk, struct hvc_channel *channel) {
  while (!hvc_subscribe(talk->publisher, talk->key, channel)) {
    if (read_time() >= talk->deadline) {
      talk_over("waited a minute in vain to subscribe");
    }
    timer_sleep(BOARD_TICKS_PER_SECOND / 1000);
  }
  enum axvisor_look look;
  while ((look = axvisor_subscribe(&talk->region, channel->memory, channel->size)) !=
         AXVISOR_READY) {
    if (look == AXVISOR_REFUSED) {
      talk_over("that is no region v3");
    }
    talk_wait(talk);
  }
  if (!axvisor_is_channel(channel->memory, talk->publisher, talk->key)) {
    talk_over("that is the channel of another publisher or key");
  }
}

int main(void) {
  struct talk talk = {
      .publisher = command_line_number("publisher", 1),
      .key = command_line_number("key", 1),
      .deadline = talk_deadline(),
  };
  uint64_t messages = talk_messages();
  struct hvc_channel channel;
  join(&talk, &channel);
  print("Joined VM %lu's key %lu, layout %s.\n", talk.publisher, talk.key,
        talk.region.layout->name);
  for (uint64_t n = 0; n < messages; n++) {
    talk.deadline = talk_deadline();
    uint64_t length = talk_receive(&talk, message);
    for (uint64_t i = 0; i < length; i++) {
      message[i] = (uint8_t)~message[i];
    }
    talk_send(&talk, message, length);
  }
  print("%lu messages received and sent back.\n", messages);
  return 0;
}
