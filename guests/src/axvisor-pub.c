// SPDX-License-Identifier: Apache-2.0

// Publishes a channel, lays out region v3 in it, and exchanges Message V1 messages with
// axvisor-sub. Uses only AxVisor's hypercalls. Command line: layout=cell or layout=slot, key=1,
// rounds=1.

#include "axvisor-talk.h"

static uint8_t sent[TALK_LONGEST];
static uint8_t received[TALK_LONGEST];

int main(void) {
  char name[8] = "cell";
  command_line_text("layout", name, sizeof name);
  const struct axvisor_layout *layout =
      strcmp(name, "slot") == 0 ? &axvisor_slot : &axvisor_cell;
  struct talk talk = {
      .key = command_line_number("key", 1),
      .deadline = talk_deadline(),
  };
  uint64_t messages = talk_messages();
  struct hvc_channel channel;
  if (!hvc_publish(talk.key, layout->region_size, &channel)) {
    talk_over("publish was refused");
  }
  talk.publisher = *(volatile uint64_t *)channel.memory;  // this VM, as the host wrote it
  if (!axvisor_publish(&talk.region, channel.memory, channel.size, layout)) {
    talk_over("the channel is too small for the region");
  }
  print("Published key %lu with layout %s: %lu bytes at %p.\n", talk.key, layout->name,
        channel.size, (void *)channel.memory);
  uint64_t bytes = 0;
  for (uint64_t n = 0; n < messages; n++) {
    uint64_t length = talk_lengths[n % TALK_LENGTHS];
    for (uint64_t i = 0; i < length; i++) {
      sent[i] = (uint8_t)(31 * n + 7 * i);
    }
    talk.deadline = talk_deadline();
    talk_send(&talk, sent, length);
    bool same = talk_receive(&talk, received) == length;
    for (uint64_t i = 0; same && i < length; i++) {
      same = (received[i] ^ sent[i]) == 0xff;
    }
    if (!same) {
      talk_over("a message came back wrong");
    }
    bytes += length;
  }
  print("%lu messages went there and back, %lu bytes each way.\n", messages, bytes);
  return 0;
}
