// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shared by axvisor-pub and axvisor-sub. The publisher sends messages of these lengths, one after
// the other. The subscriber sends each one back with every byte inverted. This repeats rounds=
// times. Both use only hypercalls.

#include "axvisor.h"
#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "finish.h"
#include "hvc.h"
#include "text.h"

// Empty, around one and several cells of either layout, and more than a whole ring holds.
static const uint32_t talk_lengths[] = {0, 1, 39, 40, 41, 80, 232, 233, 465, 1000, 8192};
#define TALK_LENGTHS (sizeof talk_lengths / sizeof talk_lengths[0])
#define TALK_LONGEST 8192

// One side: the channel's id, which the side rings, and the region.
struct talk {
  uint64_t publisher;
  uint64_t key;
  struct axvisor_region region;
  uint64_t deadline;
};

// Totals of all rounds.
static inline uint64_t talk_messages(void) {
  return command_line_number("rounds", 1) * TALK_LENGTHS;
}

static inline uint64_t talk_deadline(void) {
  return deadline_after(60 * BOARD_TICKS_PER_SECOND);
}

_Noreturn static inline void talk_over(const char *what) {
  print("axvisor: %s\n", what);
  exit(1);
}

// Waits for the peer's notification. After 10 ms it looks anyway, because the peer may have no
// grant to notify. The words in memory must suffice then.
static inline void talk_wait(const struct talk *talk) {
  if (read_time() >= talk->deadline) {
    talk_over("waited a minute in vain for the peer");
  }
  hvc_wait(deadline_after(BOARD_TICKS_PER_SECOND / 100));
}

static inline void talk_send(struct talk *talk, const uint8_t *message, uint64_t length) {
  for (;;) {
    enum axvisor_progress progress = axvisor_send(&talk->region.sender, message, length);
    hvc_notify(talk->publisher, talk->key, HVC_EVERY_PEER);
    if (progress == AXVISOR_COMPLETE) {
      return;
    }
    if (progress != AXVISOR_WAIT) {
      talk_over(progress == AXVISOR_PEER_RESTARTED ? "the peer has begun anew"
                                                   : "the peer broke the ring");
    }
    talk_wait(talk);
  }
}

static inline uint64_t talk_receive(struct talk *talk, uint8_t *message) {
  for (;;) {
    uint64_t length;
    enum axvisor_progress progress =
        axvisor_receive(&talk->region.receiver, message, TALK_LONGEST, &length);
    if (progress == AXVISOR_COMPLETE) {
      return length;
    }
    if (progress != AXVISOR_WAIT) {
      talk_over(progress == AXVISOR_PEER_RESTARTED ? "the peer has begun anew"
                                                   : "the peer broke the protocol");
    }
    hvc_notify(talk->publisher, talk->key, HVC_EVERY_PEER);  // there is room again
    talk_wait(talk);
  }
}
