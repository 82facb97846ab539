// SPDX-License-Identifier: Apache-2.0
#include "meeting.h"

#include "board.h"
#include "console.h"
#include "csr.h"
#include "finish.h"
#include "harts.h"
#include "timer.h"

#define PAUSE (BOARD_TICKS_PER_SECOND / 1000)

noreturn void meeting_over(const char *what) {
  print("%s\n", what);
  exit(1);
}

noreturn void meeting_failed(const char *what, enum ivc_status status) {
  print("%s: %s\n", what, ivc_status_name(status));
  exit(1);
}

void meeting_open(void) {
  const char *why = ivc_open();
  if (why != NULL) {
    meeting_over(why);
  }
}

void meeting_publish(const char *name, uint64_t size, struct ivc_channel *channel) {
  enum ivc_status status = ivc_publish(name, 0, size, channel);
  if (status != IVC_DONE) {
    meeting_failed(name, status);
  }
}

void meeting_subscribe(const char *name, struct ivc_channel *channel) {
  uint64_t deadline = deadline_after(MEETING_TICKS);
  enum ivc_status status;
  while ((status = ivc_subscribe_name(name, channel)) == IVC_NO_SUCH_CHANNEL &&
         read_time() < deadline) {
    timer_sleep(PAUSE);
  }
  if (status != IVC_DONE) {
    meeting_failed(name, status);
  }
}

void meeting_event(struct ivc_event *event, const char *of_what) {
  if (!ivc_wait_event(event, IVC_BY_INTERRUPT, MEETING_TICKS)) {
    print("I waited a minute in vain for %s.\n", of_what);
    exit(1);
  }
}

void meeting_word(const volatile uint32_t *word, uint32_t wanted, const char *of_what) {
  uint64_t deadline = deadline_after(MEETING_TICKS);
  unsigned turns = 0;
  while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < wanted) {
    harts_relax(&turns);
    if (read_time() >= deadline) {
      print("I waited a minute in vain for %s.\n", of_what);
      exit(1);
    }
  }
}

void meeting_say(volatile uint32_t *word, uint32_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

void meeting_text(char *to, const volatile char *from, uint32_t size) {
  uint32_t length = 0;
  for (char c; length < size - 1 && (c = from[length]) != 0; length++) {
    to[length] = c >= ' ' && c <= '~' ? c : '.';
  }
  to[length] = 0;
}
