// SPDX-License-Identifier: Apache-2.0

// Sends lines to ivc-recv of a Linux VM through the channel "tides", and receives lines from its
// ivc-send through the channel "warnings". Uses transfer.h without an operating system. Each line
// is a number, a height in cm, and " high" if the height is over 300. The received lines must be
// the high ones.

#include "bench.h"
#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "meeting.h"
#include "text.h"
#include "timer.h"
#include "transfer.h"

#define CAPACITY (16u << 10)
#define TIDES 1000
#define HIGH 300
#define LONGEST 32
#define PATIENCE (600 * BOARD_TICKS_PER_SECOND)  // a Linux boots meanwhile
#define TURN BOARD_TICKS_PER_SECOND

static uint64_t deadline;
static uint64_t state = 0x74696465;  // state of the sea
static uint32_t highs[TIDES];        // numbers of the high tides
static uint32_t high_count;

static void put_number(char *line, uint32_t *length, uint32_t number) {
  char digits[10];
  uint32_t count = 0;
  do {
    digits[count++] = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count > 0) {
    line[(*length)++] = digits[--count];
  }
}

static void put_text(char *line, uint32_t *length, const char *text) {
  memcpy(line + *length, text, strlen(text));
  *length += (uint32_t)strlen(text);
}

static uint32_t make_line(uint32_t number, char line[LONGEST]) {
  uint32_t length = 0;
  uint32_t height = (uint32_t)(bench_random(&state) >> 40) % 320;
  put_number(line, &length, number);
  put_text(line, &length, " ");
  put_number(line, &length, height);
  put_text(line, &length, " cm");
  if (height > HIGH) {
    put_text(line, &length, " high");
    highs[high_count++] = number;
  }
  return length;
}

// Waits for a ring, at most a second, and gives up when nothing has happened for too long.
static void wait(const struct ivc_channel *channel, const char *of_what) {
  if (ivc_wait(channel, IVC_BY_INTERRUPT, TURN)) {
    deadline = deadline_after(PATIENCE);
  } else if (read_time() > deadline) {
    print("I waited in vain for %s.\n", of_what);
    meeting_over("Is anybody in the office?");
  }
}

static void send(struct spsc_writer *writer, const struct ivc_channel *channel,
                 enum transfer_type type, const void *message, uint32_t length) {
  for (;;) {
    enum spsc_answer answer = spsc_offer(writer, type, message, length);
    if (spsc_writer_peer_sleeps(writer)) {
      ivc_ring(channel);
    }
    if (answer == SPSC_OK) {
      return;
    }
    if (answer != SPSC_BACK_PRESSURED && answer != SPSC_NOT_CONNECTED) {
      meeting_over("The office has left.");
    }
    if (spsc_writer_sleep(writer, length)) {
      wait(channel, "the office to read");
      spsc_writer_wake(writer);
    }
  }
}

static void send_tides(void) {
  struct ivc_channel channel;
  struct spsc_writer writer;
  struct transfer transfer = {0};
  enum ivc_status status = ivc_publish_sectioned(
      "tides", 0, spsc_writer_part(CAPACITY), 1, TRANSFER_SECTION, &channel);
  if (status != IVC_DONE) {
    meeting_failed("tides", status);
  }
  spsc_open_writer(
      &writer, channel.own, channel.own_size, channel.sections, channel.section_size, CAPACITY);
  for (uint32_t i = 1; i <= TIDES; i++) {
    _Alignas(8) char line[LONGEST];
    uint32_t length = make_line(i, line);
    send(&writer, &channel, TRANSFER_LINE, line, length);
    transfer_count(&transfer, line, length);
  }
  send(&writer, &channel, TRANSFER_END, &transfer.so_far, sizeof transfer.so_far);
  while (transfer_verdict(channel.sections).result == TRANSFER_GOES_ON) {
    wait(&channel, "the office's verdict");
  }
  if (transfer_verdict(channel.sections).result != TRANSFER_COMPLETE) {
    meeting_over("The office could not keep the tides.");
  }
  print("The office has %u tides, %u of them high.\n", TIDES, high_count);
  ivc_unpublish(channel.handle);
}

static uint32_t number_of(const struct spsc_message *message) {
  const volatile char *text = message->payload;
  uint32_t number = 0;
  for (uint32_t i = 0; i < message->length && text[i] >= '0' && text[i] <= '9'; i++) {
    number = number * 10 + (uint32_t)(text[i] - '0');
  }
  return number;
}

// Receives all warnings and returns their number.
static uint32_t receive_warnings(struct spsc_reader *reader, const struct ivc_channel *channel) {
  struct transfer transfer = {0};
  uint32_t count = 0;
  for (;;) {
    struct spsc_message message;
    int32_t found = spsc_peek(reader, &message);
    if (found < 0) {
      meeting_over("The office has left.");
    }
    if (found == 1 && message.type == TRANSFER_END) {
      bool whole = transfer_is_whole(&transfer, message.payload, message.length);
      transfer_decide(channel->own, whole ? TRANSFER_COMPLETE : TRANSFER_DAMAGED, 0);
      ivc_ring(channel);
      return whole ? count : 0;
    }
    if (found == 1) {
      if (count == high_count || number_of(&message) != highs[count]) {
        meeting_over("That was no high tide.");
      }
      count++;
      transfer_count(&transfer, message.payload, message.length);
      spsc_release(reader);
    }
    if (spsc_reader_peer_sleeps(reader)) {
      ivc_ring(channel);
    }
    if (found == 0 && spsc_reader_sleep(reader)) {
      wait(channel, "a warning");
      spsc_reader_wake(reader);
    }
  }
}

int main(void) {
  meeting_open();
  deadline = deadline_after(PATIENCE);
  send_tides();

  struct ivc_channel channel;
  struct spsc_reader reader;
  enum ivc_status status;
  while ((status = ivc_subscribe_name("warnings", &channel)) == IVC_NO_SUCH_CHANNEL &&
         read_time() < deadline) {
    timer_sleep(BOARD_TICKS_PER_SECOND / 100);
  }
  if (status != IVC_DONE) {
    meeting_failed("warnings", status);
  }
  if (channel.own_size < TRANSFER_SECTION ||
      spsc_open_reader(
          &reader, channel.publisher_section, channel.publisher_size, channel.own,
          channel.own_size) != SPSC_OK) {
    meeting_over("the channel has no sections that a ring fits into");
  }
  uint32_t warnings = receive_warnings(&reader, &channel);
  print("The office warns of %u high tides.\n", warnings);
  return warnings == high_count ? 0 : 1;
}
