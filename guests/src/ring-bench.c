// SPDX-License-Identifier: Apache-2.0

// Sends messages to another guest through a ring (spsc_ring.h) in the sectioned channel "messages",
// with both sides busy. Prints messages a second and their latency. It first sends as many as it
// can, and then by a fixed schedule. A message's first word is the time at which it was due, or one
// of the marks below. Its last word is its number, which the receiver checks. The two VMs' clocks
// must count from the same moment; only the host that made them can ensure that. The Java side is
// in tombolo.bench.ring. Command line, times in microseconds:
//
//   role=send bytes=24 rate=100000 warm-up=600000 stream=500000 timed-warm-up=150000 timed=500000
//   role=receive bytes=24
//
// With bells=1 both sides ring the other one when it sleeps, as a bridge to another host does.

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "meeting.h"
#include "spsc_ring.h"
#include "text.h"

#define CHANNEL "messages"
#define CAPACITY (1u << 20)
#define LONGEST (64u << 10)
#define TICKS_PER_MICROSECOND (BOARD_TICKS_PER_SECOND / 1000000)
#define PARTS 20
#define BATCH 64
#define SLOWEST (1u << 20)  // ticks, a tenth of a second; longer latencies count as this one

enum mark { STREAM_BEGINS = 1, PART_ENDS, STREAM_ENDS, TIMED_BEGINS, DONE };

static uint32_t bytes;
static bool bells;
static struct ivc_channel channel;
static uint64_t words[LONGEST / 8];
static struct spsc_writer writer;
static struct spsc_reader reader;

static uint64_t sent;

static void send(uint64_t first) {
  words[0] = first;
  words[bytes / 8 - 1] = sent++;
  enum spsc_answer answer;
  do {
    answer = spsc_offer(&writer, 1, words, bytes);
  } while (answer == SPSC_BACK_PRESSURED || answer == SPSC_NOT_CONNECTED);
  if (answer != SPSC_OK) {
    print("the writer answers %d after %lu messages\n", answer, sent);
    meeting_over("The ring is broken.");
  }
  if (bells && spsc_writer_peer_sleeps(&writer)) {
    ivc_ring(&channel);
  }
}

static uint64_t ticks(const char *name) {
  return command_line_number(name, 0) * TICKS_PER_MICROSECOND;
}

static void stream(uint64_t duration) {
  uint64_t end = read_time() + duration;
  do {
    for (unsigned i = 0; i < BATCH; i++) {
      send(0);
    }
  } while (read_time() < end);
}

static void on_schedule(uint64_t duration, uint64_t interval) {
  uint64_t begin = read_time() + interval;
  for (uint64_t due = begin; due - begin < duration; due += interval) {
    while (read_time() < due) {
    }
    send(due);
  }
}

static int role_send(void) {
  enum ivc_status status = ivc_publish_sectioned(
      CHANNEL, 0, spsc_writer_part(CAPACITY), 1, SPSC_READER_PART, &channel);
  if (status != IVC_DONE) {
    meeting_failed(CHANNEL, status);
  }
  if (spsc_open_writer(
          &writer, channel.own, channel.own_size, channel.sections, channel.section_size,
          CAPACITY) != SPSC_OK) {
    meeting_over("the channel has no sections that a ring fits into");
  }
  stream(ticks("warm-up"));
  send(STREAM_BEGINS);
  uint64_t part = ticks("stream") / PARTS;
  for (unsigned i = 0; i < PARTS; i++) {
    stream(part);
    send(PART_ENDS);
  }
  send(STREAM_ENDS);
  uint64_t interval = BOARD_TICKS_PER_SECOND / command_line_number("rate", 100000);
  on_schedule(ticks("timed-warm-up"), interval);
  send(TIMED_BEGINS);
  on_schedule(ticks("timed"), interval);
  send(DONE);
  struct ivc_event event;
  do {
    meeting_event(&event, "the receiver to leave");
  } while (event.kind != IVC_PEER_LEFT);
  return 0;
}

static uint64_t received;
static uint64_t begin_number;
static uint64_t begin_time;
static uint64_t rates[PARTS];
static unsigned parts;
static bool timed;
static bool done;
static uint32_t counts[SLOWEST + 1];
static uint64_t counted;

static void take_mark(enum mark mark) {
  uint64_t now = read_time();
  if (mark == PART_ENDS && parts < PARTS) {
    rates[parts++] = (received - begin_number) * BOARD_TICKS_PER_SECOND / (now - begin_time);
  }
  if (mark == STREAM_BEGINS || mark == PART_ENDS) {
    begin_number = received;
    begin_time = now;
  } else if (mark == TIMED_BEGINS) {
    timed = true;
  } else if (mark == DONE) {
    done = true;
  }
}

static void take(void *context, const struct spsc_message *message) {
  (void)context;
  const volatile uint64_t *payload = message->payload;
  uint64_t number = message->length == bytes ? payload[bytes / 8 - 1] : 0;
  if (message->length != bytes || number != received) {
    print("message %lu of %u bytes came where message %lu of %u was due\n", number,
          message->length, received, bytes);
    meeting_over("The ring is broken.");
  }
  received++;
  uint64_t first = payload[0];
  if (first >= STREAM_BEGINS && first <= DONE) {
    take_mark((enum mark)first);
  } else if (timed) {
    uint64_t took = read_time() - first;
    counts[took < SLOWEST ? took : SLOWEST]++;
    counted++;
  }
}

static uint64_t median_rate(void) {
  for (unsigned i = 1; i < parts; i++) {
    for (unsigned j = i; j > 0 && rates[j - 1] > rates[j]; j--) {
      uint64_t larger = rates[j - 1];
      rates[j - 1] = rates[j];
      rates[j] = larger;
    }
  }
  return rates[parts / 2];
}

// Returns the latency, in nanoseconds, that so many of a thousand messages did not exceed.
static uint64_t percentile(uint64_t of_thousand) {
  uint64_t wanted = (counted * of_thousand + 999) / 1000;
  uint64_t seen = 0;
  uint32_t at = 0;
  while (at < SLOWEST && (seen += counts[at]) < wanted) {
    at++;
  }
  return at * (1000000000 / BOARD_TICKS_PER_SECOND);
}

static int role_receive(void) {
  meeting_subscribe(CHANNEL, &channel);
  if (channel.layout != IVC_SECTIONED || channel.own == NULL ||
      spsc_open_reader(
          &reader, channel.publisher_section, channel.publisher_size, channel.own,
          channel.own_size) != SPSC_OK) {
    meeting_over("the channel has no sections that a ring fits into");
  }
  while (!done) {
    int32_t answer = spsc_drain(&reader, take, NULL, 256);
    if (answer < 0) {
      print("the reader answers %d after %lu messages\n", answer, received);
      return 1;
    }
    if (bells && spsc_reader_peer_sleeps(&reader)) {
      ivc_ring(&channel);
    }
  }
  print("%lu messages/s, p50 %lu ns, p99 %lu ns, p99.9 %lu ns\n", median_rate(), percentile(500),
        percentile(990), percentile(999));
  return 0;
}

int main(void) {
  char role[16] = "";
  command_line_text("role", role, sizeof role);
  bytes = (uint32_t)command_line_number("bytes", 24);
  bells = command_line_number("bells", 0) != 0;
  if (bytes < 24 || bytes > LONGEST || bytes % 8 != 0) {
    meeting_over("bytes= is no multiple of 8 from 24 to 64 KiB");
  }
  meeting_open();
  if (strcmp(role, "send") == 0) {
    return role_send();
  }
  if (strcmp(role, "receive") == 0) {
    return role_receive();
  }
  meeting_over("role=send or role=receive is missing");
}
