// SPDX-License-Identifier: Apache-2.0

// Returns each of ping's serves, asleep in between, until the last one.

#include "ping-pong.h"

#include "console.h"
#include "meeting.h"

int main(void) {
  meeting_open();
  struct ivc_channel channel;
  meeting_subscribe(BALL_CHANNEL, &channel);
  volatile struct ball *ball = channel.memory;
  uint32_t returned = 0;
  for (;;) {
    if (!ivc_wait(&channel, IVC_BY_INTERRUPT, MEETING_TICKS)) {
      meeting_over("I waited a minute in vain for ping's bell.");
    }
    uint32_t served = __atomic_load_n(&ball->served, __ATOMIC_ACQUIRE);
    if (served == BALL_OVER) {
      print("Good game: I returned %u serves.\n", returned);
      return 0;
    }
    if (served != returned) {
      returned = served;
      meeting_say(&ball->returned, served);
      ivc_ring(&channel);
    }
  }
}
