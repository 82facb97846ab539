// SPDX-License-Identifier: Apache-2.0

// Publishes the channel "nest" and lays feathers into it. In its first life it dies in the middle,
// with exit code 1; in the next one it finishes. Nothing in a VM survives its end, so the phoenix
// recognises its life by the generation of its channel: the topology has no other channel, so the
// first generation is 1.

#include "restart.h"

#include "console.h"
#include "meeting.h"

int main(void) {
  meeting_open();
  struct ivc_channel channel;
  meeting_publish(NEST_CHANNEL, IVC_PAGE, &channel);
  volatile struct nest *nest = channel.memory;
  bool first_life = channel.generation == 1;
  uint32_t wanted = first_life ? NEST_BURNS : NEST_FULL;
  print("Life %d: I published the nest, generation %lu. It has %u feathers.\n", first_life ? 1 : 2,
        channel.generation, nest->feathers);
  for (uint32_t feathers = 1; feathers <= wanted; feathers++) {
    meeting_say(&nest->feathers, feathers);
  }
  meeting_word(&nest->seen, wanted, "the watcher");
  if (first_life) {
    print("%u of %u feathers, and I burn.\n", wanted, NEST_FULL);
    return 1;
  }
  print("All %u feathers are there.\n", wanted);
  return 0;
}
