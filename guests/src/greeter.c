// SPDX-License-Identifier: Apache-2.0

// Publishes the channel "greetings", writes a greeting into it and waits for the answer. It uses
// only loads, stores and polling, which is the simplest way to talk.

#include "greeting.h"

#include "console.h"
#include "meeting.h"
#include "text.h"

int main(void) {
  meeting_open();
  struct ivc_channel channel;
  meeting_publish(GREETING_CHANNEL, GREETING_SIZE, &channel);
  volatile struct greeting *shared = channel.memory;
  print("I am VM %u. I published \"%s\": %lu KiB that I see at %p.\n", ivc.vm, channel.name,
        channel.size >> 10, (void *)channel.memory);

  static const char greeting[] = "Hello from my island! Is anybody there?";
  memcpy((char *)shared->greeting, greeting, sizeof greeting);
  meeting_say(&shared->greeted, 1);
  print("I wrote: %s\n", greeting);

  meeting_word(&shared->answered, 1, "an answer");
  char answer[sizeof shared->answer];
  meeting_text(answer, shared->answer, sizeof answer);
  print("I read:  %s\n", answer);
  return 0;
}
