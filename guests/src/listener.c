// SPDX-License-Identifier: Apache-2.0

// Subscribes to the channel "greetings", reads what the greeter wrote and answers.

#include "greeting.h"

#include "console.h"
#include "meeting.h"
#include "text.h"

int main(void) {
  meeting_open();
  struct ivc_channel channel;
  meeting_subscribe(GREETING_CHANNEL, &channel);
  volatile struct greeting *shared = channel.memory;
  print("I am VM %u. I found \"%s\" of VM %u: the same memory, which I see at %p.\n", ivc.vm,
        channel.name, channel.publisher, (void *)channel.memory);

  meeting_word(&shared->greeted, 1, "a greeting");
  char greeting[sizeof shared->greeting];
  meeting_text(greeting, shared->greeting, sizeof greeting);
  print("I read:  %s\n", greeting);

  static const char answer[] = "Yes! The tide is low, I can see you from here.";
  memcpy((char *)shared->answer, answer, sizeof answer);
  meeting_say(&shared->answered, 1);
  print("I wrote: %s\n", answer);
  return 0;
}
