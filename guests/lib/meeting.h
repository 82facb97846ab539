// SPDX-License-Identifier: Apache-2.0
#pragma once

// How two guests that boot at the same time find each other. Each waits for the other with a
// deadline. A guest that waits in vain prints what it waited for and ends with exit code 1. The
// deadline is a minute, because a machine may have one slow core for all of its VMs.

#include "board.h"
#include "ivc_wait.h"

#include <stdnoreturn.h>

#define MEETING_TICKS (60 * BOARD_TICKS_PER_SECOND)

// Opens the device.
void meeting_open(void);

// Publishes the channel that has this name in the topology.
void meeting_publish(const char *name, uint64_t size, struct ivc_channel *channel);

// Subscribes to the channel as soon as it is published.
void meeting_subscribe(const char *name, struct ivc_channel *channel);

// Waits for an event.
void meeting_event(struct ivc_event *event, const char *of_what);

// Waits until the word is `wanted` or more, with loads and short sleeps only. All stores before the
// store of that word are visible afterwards.
void meeting_word(const volatile uint32_t *word, uint32_t wanted, const char *of_what);

// Stores the word for the other side's meeting_word(), after all earlier stores.
void meeting_say(volatile uint32_t *word, uint32_t value);

// Copies text that the other side wrote: at most `size` - 1 characters, and a zero after them.
// Replaces characters that would move a terminal's cursor by dots.
void meeting_text(char *to, const volatile char *from, uint32_t size);

// Prints "WHAT: STATUS" and ends with exit code 1.
noreturn void meeting_failed(const char *what, enum ivc_status status);

// Prints the text and ends with exit code 1.
noreturn void meeting_over(const char *what);
