// SPDX-License-Identifier: Apache-2.0

// Tries six things that it was not granted. Ends with 0 only if all of them were refused.

#include "intruder.h"

#include "console.h"
#include "meeting.h"
#include "probe.h"
#include "traps.h"

static int refusals;

static void tell(const char *what, enum ivc_status status) {
  if (status == IVC_DONE) {
    print("DONE, and should not be: %s\n", what);
    return;
  }
  print("refused: %s (%s)\n", what, ivc_status_name(status));
  refusals++;
}

static enum ivc_status ring_forged(const struct ivc_channel *notice) {
  struct ivc_channel forged = *notice;
  forged.handle += 1;
  ivc_ring(&forged);
  return ivc_bell_status();
}

int main(void) {
  meeting_open();
  struct ivc_channel notice;
  struct ivc_channel channel;
  meeting_subscribe(NOTICE_CHANNEL, &notice);
  volatile struct note *note = notice.memory;
  meeting_word(&note->written, 1, "the notice");
  char text[sizeof note->text];
  meeting_text(text, note->text, sizeof text);
  print("I read the notice, as I may: %s\n", text);

  tell("publish under a key that is not mine", ivc_publish(NULL, 0x666, IVC_PAGE, &channel));
  tell("subscribe to the secret", ivc_subscribe_name(SECRET_CHANNEL, &channel));
  tell("ring with a forged handle", ring_forged(&notice));
  tell("unpublish the victim's notice", ivc_unpublish(notice.handle));
  tell("publish more bytes than I was granted",
       ivc_publish(JUNK_CHANNEL, 0, 1ul << 30, &channel));
  struct probe seen = probe_store((uint64_t)&note->text[0]);
  if (seen.count == 1 && seen.cause == STORE_ACCESS) {
    print("refused: write to the notice (store access fault)\n");
    refusals++;
  } else {
    print("DONE, and should not be: write to the notice\n");
  }
  print("%d of 6 refused.\n", refusals);
  return refusals == 6 ? 0 : 1;
}
