// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bugs between two VMs, each with a repair. The VM "one" publishes the channel "shared", "two"
// subscribes to it. A role returns the exit code: 1 if it has noticed the bug.

#include "console.h"
#include "ivc_abi.h"
#include "meeting.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define BUGS_CHANNEL "shared"

struct bug {
  const char *name;
  int (*one)(const struct ivc_channel *channel);
  int (*two)(const struct ivc_channel *channel);
};

extern const struct bug lost_wakeup, no_release, no_acquire, double_fetch, crossed_bells,
    stale_generation, aba, interrupt_race, seqlock, half_message;

// Whether the repair is in.
extern bool bug_fixed;

// How many rounds a bug has to show.
extern uint64_t bug_rounds;

// The memory of the channel as a type, behind the words of the host.
#define BUG_MEMORY(type, channel) \
  ((volatile type *)((volatile uint8_t *)(channel)->memory + IVC_RAW_HEADER))

// Waits, by polling, until a word has a value.
static inline void bug_await(const volatile uint32_t *word, uint32_t value) {
  while (*word != value) {
  }
}

// Prints what is wrong, and is the exit code.
#define bug_noticed(...) (print(__VA_ARGS__), 1)
