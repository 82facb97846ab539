// SPDX-License-Identifier: Apache-2.0
#pragma once

// How two guests that boot at the same time find each other: each waits for the other with a
// deadline, and one that waits in vain says for what and ends with exit code 1. The deadline is a
// minute, because a machine may have one slow core for all of its VMs.

#include "board.h"
#include "ivc_wait.h"

#include <stdnoreturn.h>

#define MEETING_TICKS (60 * BOARD_TICKS_PER_SECOND)

// Opens the device.
void meeting_open(void);

// Publishes; the channel has that name in the topology.
void meeting_publish(const char *name, uint64_t size, struct ivc_channel *channel);

// Subscribes as soon as it is published.
void meeting_subscribe(const char *name, struct ivc_channel *channel);

// Waits for an event.
void meeting_event(struct ivc_event *event, const char *of_what);

// Returns when the word is `wanted` or more. Loads only, and short sleeps between them. Whatever
// was stored before that word is visible then.
void meeting_word(const volatile uint32_t *word, uint32_t wanted, const char *of_what);

// The store that the other side's meeting_word() sees, behind all earlier ones.
void meeting_say(volatile uint32_t *word, uint32_t value);

// Copies text that the other side wrote: at most `size` - 1 characters, and a zero behind them.
// Characters that would move a terminal's cursor become dots.
void meeting_text(char *to, const volatile char *from, uint32_t size);

// Ends with "WHAT: STATUS" and exit code 1.
noreturn void meeting_failed(const char *what, enum ivc_status status);

// Says that and ends with exit code 1.
noreturn void meeting_over(const char *what);
