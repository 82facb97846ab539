// SPDX-License-Identifier: Apache-2.0

// A writer that dies: a message that is half written, and a generation that nobody checks. The
// simulation kills it ([simulation] faults).

#include "bugs.h"

#include "timer.h"

#define PAUSE 100  // ticks

static uint32_t load(const volatile uint32_t *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void store(volatile uint32_t *word, uint32_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

#define LENGTH 32

struct letter {
  _Alignas(64) uint32_t length;
  _Alignas(64) uint32_t written;  // one: the number of the latest letter that is all there
  _Alignas(64) uint32_t taken;    // two
  _Alignas(64) uint8_t text[LENGTH];
};

static int write_letters(const struct ivc_channel *channel) {
  volatile struct letter *letter = BUG_MEMORY(struct letter, channel);
  for (uint32_t i = 1; i <= bug_rounds; i++) {
    letter->length = LENGTH;
    for (unsigned k = 0; k < LENGTH; k++) {
      letter->text[k] = (uint8_t)i;
    }
    store(&letter->written, i);
    while (load(&letter->taken) != i) {
      timer_sleep(PAUSE);
    }
  }
  return 0;
}

// Joins the channel of the writer's next life.
static void join_next(struct ivc_channel *channel) {
  ivc_unsubscribe(channel->handle);
  meeting_subscribe(BUGS_CHANNEL, channel);
}

static int read_letters(const struct ivc_channel *first) {
  struct ivc_channel channel = *first;
  for (uint32_t i = 1; i <= bug_rounds; i++) {
    volatile struct letter *letter = BUG_MEMORY(struct letter, &channel);
    bool orphaned = false;
    while (load(&letter->written) != i && !orphaned) {
      struct ivc_event event;
      while (ivc_take_event(&event)) {
        orphaned |= event.kind == IVC_EVENT_ORPHANED;
      }
      timer_sleep(PAUSE);
    }
    // BUG: the length is there before the text is. The repair believes `written` alone.
    if (load(&letter->written) != i && (bug_fixed || letter->length == 0)) {
      join_next(&channel);  // the writer died, and left no letter
      i = 0;
      continue;
    }
    for (unsigned k = 0; k < LENGTH; k++) {
      if (letter->text[k] != (uint8_t)i) {
        return bug_noticed("letter %u has an older byte at %u\n", i, k);
      }
    }
    letter->length = 0;
    store(&letter->taken, i);
    if (orphaned) {
      join_next(&channel);
      i = 0;
    }
  }
  return 0;
}

const struct bug half_message = {"half-message", write_letters, read_letters};

struct counter {
  _Alignas(64) uint32_t value;  // one: counts from 1 in each of its lives
  _Alignas(64) uint32_t seen;   // two
};

static int count(const struct ivc_channel *channel) {
  volatile struct counter *counter = BUG_MEMORY(struct counter, channel);
  for (uint32_t i = 1; i <= bug_rounds; i++) {
    store(&counter->value, i);
    while (load(&counter->seen) != i) {
      timer_sleep(PAUSE);
    }
  }
  return 0;
}

static int follow(const struct ivc_channel *first) {
  struct ivc_channel channel = *first;
  for (uint32_t expected = 1; expected <= bug_rounds;) {
    volatile struct counter *counter = BUG_MEMORY(struct counter, &channel);
    struct ivc_event event;
    if (ivc_take_event(&event) && event.kind == IVC_EVENT_ORPHANED &&
        event.generation == channel.generation) {
      join_next(&channel);
      // BUG: this is another generation, whose writer counts from 1 again.
      expected = bug_fixed ? 1 : expected;
      continue;
    }
    uint32_t value = load(&counter->value);
    if (value == expected) {
      store(&counter->seen, expected++);
    } else if (value != 0 && value + 1 != expected) {
      return bug_noticed("I expected %u, and found %u\n", expected, value);
    } else {
      timer_sleep(PAUSE);
    }
  }
  return 0;
}

const struct bug stale_generation = {"stale-generation", count, follow};
