// SPDX-License-Identifier: Apache-2.0

// Sends messages to another guest through a ring (spsc_ring.h) in the sectioned channel "messages".
// The writer's part lies in the publisher's section, the reader's part in the subscriber's. A side
// with nothing to do sleeps until the other one rings, and is rung only while it sleeps. After a
// lost wake-up it would sleep on, and give up after a minute. The receiver checks every message.
// Command line: role=send or role=receive, messages=10000; capacity=1024 for the sender; `spin`
// makes either side poll for a ring instead of sleeping until the interrupt.

#include "command_line.h"
#include "console.h"
#include "meeting.h"
#include "spsc_ring.h"
#include "text.h"

#define CHANNEL "messages"
#define LONGEST 4096

struct messenger {
  struct ivc_channel channel;
  enum ivc_how how;
  uint64_t messages;
  uint64_t done;
  uint64_t sleeps;
  uint64_t rings;
  struct spsc_writer writer;
  struct spsc_reader reader;
};

static struct messenger me;
static uint8_t bytes[LONGEST];

// Makes message n: returns its type, and leaves its payload in `bytes`.
static uint32_t make(uint64_t n, uint32_t capacity, uint32_t *length) {
  uint64_t x = (n + 1) * 0x9e3779b97f4a7c15;
  x ^= x >> 29;
  *length = (uint32_t)(x >> 20) % (spsc_max_length(capacity) + 1);
  for (uint32_t i = 0; i < *length; i++) {
    bytes[i] = (uint8_t)(x + i);
  }
  return (uint32_t)(x >> 33) | 1;
}

static void ring(bool sleeps) {
  if (sleeps) {
    me.rings++;
    ivc_ring(&me.channel);
  }
}

// Sleeps. Called after the sleep word was made odd and a last look found nothing. The device keeps
// a ring since then.
static void wait(const char *of_what) {
  me.sleeps++;
  if (!ivc_wait(&me.channel, me.how, MEETING_TICKS)) {
    print("I slept a minute and waited in vain for %s, after %lu messages.\n", of_what, me.done);
    meeting_over("A wake-up was lost.");
  }
}

static int over(int answer) {
  print("answer %d after %lu messages\n", answer, me.done);
  return 1;
}

static int send(void) {
  uint32_t capacity = (uint32_t)command_line_number("capacity", 1024);
  enum ivc_status status = ivc_publish_sectioned(
      CHANNEL, 0, spsc_writer_part(capacity), 1, SPSC_READER_PART, &me.channel);
  if (status != IVC_DONE) {
    meeting_failed(CHANNEL, status);
  }
  if (spsc_max_length(capacity) > LONGEST ||
      spsc_open_writer(
          &me.writer, me.channel.own, me.channel.own_size, me.channel.sections,
          me.channel.section_size, capacity) != SPSC_OK) {
    meeting_over("no such capacity");
  }
  while (me.done < me.messages) {
    uint32_t length;
    uint32_t type = make(me.done, capacity, &length);
    enum spsc_answer answer = spsc_offer(&me.writer, type, bytes, length);
    ring(spsc_writer_peer_sleeps(&me.writer));
    if (answer == SPSC_OK) {
      me.done++;
    } else if (answer != SPSC_BACK_PRESSURED && answer != SPSC_NOT_CONNECTED) {
      return over(answer);
    } else if (spsc_writer_sleep(&me.writer, length)) {
      wait(answer == SPSC_NOT_CONNECTED ? "the receiver" : "room");
      spsc_writer_wake(&me.writer);
    }
  }
  struct ivc_event event;
  do {
    meeting_event(&event, "the receiver to leave");
  } while (event.kind != IVC_PEER_LEFT);
  return 0;
}

static void check(void *context, const struct spsc_message *message) {
  (void)context;
  uint32_t length;
  uint32_t type = make(me.done, me.reader.capacity, &length);
  if (message->type != type || message->length != length ||
      memcmp((const void *)message->payload, bytes, length) != 0) {
    print("message %lu is not the one that was sent\n", me.done);
    meeting_over("The ring is broken.");
  }
  me.done++;
}

static int receive(void) {
  meeting_subscribe(CHANNEL, &me.channel);
  if (me.channel.layout != IVC_SECTIONED || me.channel.own == NULL ||
      spsc_open_reader(
          &me.reader, me.channel.publisher_section, me.channel.publisher_size, me.channel.own,
          me.channel.own_size) != SPSC_OK) {
    meeting_over("the channel has no sections that a ring fits into");
  }
  ring(spsc_reader_peer_sleeps(&me.reader));  // the sender may be sleeping until this side arrives
  while (me.done < me.messages) {
    int32_t count = spsc_drain(&me.reader, check, NULL, 16);
    ring(spsc_reader_peer_sleeps(&me.reader));
    if (count < 0) {
      return over(count);
    }
    if (count == 0 && spsc_reader_sleep(&me.reader)) {
      wait("a message");
      spsc_reader_wake(&me.reader);
    }
  }
  return 0;
}

int main(void) {
  char role[16] = "";
  char spin[2];
  command_line_text("role", role, sizeof role);
  me.how = command_line_text("spin", spin, sizeof spin) ? IVC_BY_POLLING : IVC_BY_INTERRUPT;
  me.messages = command_line_number("messages", 10000);
  meeting_open();
  int code = 1;
  if (strcmp(role, "send") == 0) {
    code = send();
  } else if (strcmp(role, "receive") == 0) {
    code = receive();
  } else {
    meeting_over("role=send or role=receive is missing");
  }
  print("%lu messages; slept %lu times, rang %lu times\n", me.done, me.sleeps, me.rings);
  return code;
}
