// SPDX-License-Identifier: Apache-2.0

// Plays one planted bug. Command line: bug=NAME role=one or two, rounds=20, fixed. Exit code 1: the
// bug has shown. For `tombolo explore` (examples/bugs).

#include "bugs.h"

#include "command_line.h"
#include "console.h"
#include "text.h"

#define PATIENCE (5 * BOARD_TICKS_PER_SECOND)

bool bug_fixed;
uint64_t bug_rounds;

static const struct bug *const bugs[] = {
    &lost_wakeup,      &no_release, &no_acquire,     &double_fetch, &crossed_bells,
    &stale_generation, &aba,        &interrupt_race, &seqlock,      &half_message,
};

int main(void) {
  char name[32] = "";
  char role[8] = "";
  char ignored[2];
  command_line_text("bug", name, sizeof name);
  command_line_text("role", role, sizeof role);
  bug_fixed = command_line_text("fixed", ignored, sizeof ignored);
  bug_rounds = command_line_number("rounds", 20);
  for (unsigned i = 0; i < sizeof bugs / sizeof bugs[0]; i++) {
    if (strcmp(bugs[i]->name, name) == 0) {
      struct ivc_channel channel;
      meeting_open();
      if (strcmp(role, "one") == 0) {
        meeting_publish(BUGS_CHANNEL, IVC_PAGE, &channel);
        struct ivc_event event;
        do {
          if (!ivc_wait_event(&event, IVC_BY_INTERRUPT, PATIENCE)) {
            return 0;  // this is a second life, and the other VM has ended
          }
        } while (event.kind != IVC_PEER_JOINED);
        return bugs[i]->one(&channel);
      }
      meeting_subscribe(BUGS_CHANNEL, &channel);
      return bugs[i]->two(&channel);
    }
  }
  print("bugs: no bug is called %s\n", name);
  return 2;
}
