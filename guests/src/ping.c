// SPDX-License-Identifier: Apache-2.0

// Plays doorbells with pong: stores, rings, and sleeps until the other one's bell, n times. Prints
// the round trips a second and their duration. Command line: n=2000 warmup=500 series=1 (so many
// times n round trips, with a line for each).

#include "ping-pong.h"

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "meeting.h"

#define MAX_ROUNDS 20000
#define TICKS_PER_MICROSECOND (BOARD_TICKS_PER_SECOND / 1000000)

static uint32_t took[MAX_ROUNDS];  // ticks

static void play(const struct ivc_channel *channel, uint32_t serve) {
  volatile struct ball *ball = channel->memory;
  meeting_say(&ball->served, serve);
  ivc_ring(channel);
  // A bell only asks for a look; the word says which serve it was.
  do {
    if (!ivc_wait(channel, IVC_BY_INTERRUPT, MEETING_TICKS)) {
      meeting_over("I waited a minute in vain for pong's bell.");
    }
  } while (__atomic_load_n(&ball->returned, __ATOMIC_ACQUIRE) != serve);
}

static void sort(uint32_t *numbers, uint64_t count) {
  for (uint64_t gap = count / 2; gap > 0; gap /= 2) {
    for (uint64_t i = gap; i < count; i++) {
      uint32_t number = numbers[i];
      uint64_t at = i;
      for (; at >= gap && numbers[at - gap] > number; at -= gap) {
        numbers[at] = numbers[at - gap];
      }
      numbers[at] = number;
    }
  }
}

// Plays so many round trips and prints how long they took. Returns the next serve.
static uint32_t measure(const struct ivc_channel *channel, uint32_t serve, uint64_t rounds) {
  // The clock ticks every 100 ns. That is fine enough for the percentiles of one round trip; the
  // average is taken over all of them at once.
  uint64_t start = read_time();
  uint64_t before = start;
  for (uint64_t i = 0; i < rounds; i++) {
    play(channel, serve++);
    uint64_t now = read_time();
    took[i] = (uint32_t)(now - before);
    before = now;
  }
  uint64_t ticks = before - start;
  sort(took, rounds);
  uint32_t p50 = took[rounds / 2];
  uint32_t p99 = took[rounds * 99 / 100];
  print("%lu round trips: %lu a second, p50 %lu.%lu us, p99 %lu.%lu us\n", rounds,
        rounds * BOARD_TICKS_PER_SECOND / (ticks + (ticks == 0)), p50 / TICKS_PER_MICROSECOND,
        p50 % TICKS_PER_MICROSECOND, p99 / TICKS_PER_MICROSECOND, p99 % TICKS_PER_MICROSECOND);
  return serve;
}

int main(void) {
  uint64_t rounds = command_line_number("n", 2000);
  uint64_t warmup = command_line_number("warmup", 500);
  uint64_t series = command_line_number("series", 1);
  if (rounds == 0 || rounds > MAX_ROUNDS) {
    rounds = MAX_ROUNDS;
  }
  meeting_open();
  struct ivc_channel channel;
  meeting_publish(BALL_CHANNEL, IVC_PAGE, &channel);
  struct ivc_event event;
  do {
    meeting_event(&event, "pong to join");
  } while (event.kind != IVC_PEER_JOINED);
  print("VM %u joined. I serve.\n", event.peer);

  uint32_t serve = 1;
  for (uint64_t i = 0; i < warmup; i++) {
    play(&channel, serve++);
  }
  for (uint64_t i = 0; i < series; i++) {
    serve = measure(&channel, serve, rounds);
  }
  meeting_say(&((volatile struct ball *)channel.memory)->served, BALL_OVER);
  ivc_ring(&channel);
  return 0;
}
