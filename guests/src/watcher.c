// SPDX-License-Identifier: Apache-2.0

// Watches the channel "nest". It subscribes when the channel is published, notices that the
// publisher died, finds everything still in the orphaned memory, and continues with the next
// generation.

#include "restart.h"

#include "console.h"
#include "meeting.h"

// Waits for a publication newer than `generation` and joins it.
static void join_next(uint64_t generation, struct ivc_channel *channel) {
  enum ivc_status status;
  do {
    struct ivc_event event;
    do {
      meeting_event(&event, "the nest to be published");
    } while (event.kind != IVC_EVENT_PUBLISHED || event.generation <= generation);
    // It may already be gone again: then another event follows.
    status = ivc_subscribe_name(NEST_CHANNEL, channel);
  } while (status == IVC_NO_SUCH_CHANNEL);
  if (status != IVC_DONE) {
    meeting_failed(NEST_CHANNEL, status);
  }
  print("The nest is published: generation %lu, by VM %u.\n", channel->generation,
        channel->publisher);
}

static volatile struct nest *see(const struct ivc_channel *channel, uint32_t feathers) {
  volatile struct nest *nest = channel->memory;
  meeting_word(&nest->feathers, feathers, "feathers");
  print("I see %u feathers.\n", nest->feathers);
  return nest;
}

int main(void) {
  meeting_open();
  enum ivc_status status = ivc_watch(NEST_CHANNEL, 0, 0);
  if (status != IVC_DONE) {
    meeting_failed("watch " NEST_CHANNEL, status);
  }
  struct ivc_channel first;
  join_next(0, &first);
  volatile struct nest *nest = see(&first, NEST_BURNS);
  meeting_say(&nest->seen, NEST_BURNS);

  struct ivc_event event;
  do {
    meeting_event(&event, "the phoenix to die");
  } while (event.kind != IVC_EVENT_ORPHANED || event.handle != first.handle);
  if (nest->feathers != NEST_BURNS) {
    meeting_over("the orphaned nest has lost feathers");
  }
  print("The phoenix died. Its nest is orphaned: I still see %u feathers.\n", nest->feathers);
  status = ivc_unsubscribe(first.handle);
  if (status != IVC_DONE) {
    meeting_failed("unsubscribe", status);
  }

  struct ivc_channel second;
  join_next(first.generation, &second);
  nest = see(&second, NEST_FULL);
  meeting_say(&nest->seen, NEST_FULL);
  print("The phoenix is back, and its nest is full.\n");
  return 0;
}
