// SPDX-License-Identifier: Apache-2.0

// The sending side: reads straight into the ring, from which the receiver writes.

#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST_BY_DEFAULT (4u << 20)
#define LONGEST_PIECE (256u << 10)  // of a file: a longer one is no faster, and arrives later

struct sender {
  const struct options *options;
  struct ivc_channel channel;
  struct spsc_writer writer;
  struct transfer transfer;
  struct progress progress;
  uint32_t capacity;
  uint32_t piece;
  int input;
  bool input_waits;  // the input is a pipe, a terminal or the like
  uint32_t joined;   // the section's count of owners when the receiver joined; 0: not yet
};

static struct sender me;

static enum ivc_status publish(uint32_t capacity) {
  return ivc_publish_sectioned(
      me.options->name, me.options->key, spsc_writer_part(capacity), 1, TRANSFER_SECTION,
      &me.channel);
}

static void open_channel(void) {
  me.capacity = me.options->capacity != 0 ? me.options->capacity : LARGEST_BY_DEFAULT;
  enum ivc_status status = publish(me.capacity);
  while (me.options->capacity == 0 && me.capacity > IVC_PAGE &&
         (status == IVC_BAD_SIZE || status == IVC_TOO_MANY_BYTES || status == IVC_WINDOW_FULL)) {
    me.capacity /= 2;
    status = publish(me.capacity);
  }
  if (status != IVC_DONE) {
    end_refused(me.options, "publish", status);
  }
  spsc_open_writer(
      &me.writer, me.channel.own, me.channel.own_size, me.channel.sections,
      me.channel.section_size, me.capacity);
  me.piece = me.capacity / 8 < LONGEST_PIECE ? me.capacity / 8 : LONGEST_PIECE;
}

static noreturn void end_gone(const char *how) {
  end_with(STATUS_FAILED, "the receiver %s; %llu bytes went into %s, and not all came out; run both again",
           how, (unsigned long long)me.transfer.so_far.bytes, channel_called(me.options));
}

// Checks whether the receiver has given up or gone. Its verdict comes first, because it leaves
// right after storing it.
static void look_at_receiver(void) {
  struct transfer_verdict verdict = transfer_verdict(me.channel.sections);
  if (verdict.result == TRANSFER_FAILED) {
    end_with(STATUS_FAILED, "the receiver can't write what it receives: %s",
             strerror((int)(verdict.reason & 0xfff)));
  }
  if (verdict.result == TRANSFER_DAMAGED) {
    end_with(STATUS_FAILED, "the receiver received damaged or incomplete data; run both again");
  }
  uint32_t owner = __atomic_load_n(&me.channel.header->owner[0].vm, __ATOMIC_ACQUIRE);
  uint32_t joined = __atomic_load_n(&me.channel.header->owner[0].joined, __ATOMIC_ACQUIRE);
  if (me.joined == 0 && owner != 0) {
    me.joined = joined;
  } else if (verdict.result == TRANSFER_GOES_ON && me.joined != 0 &&
             (owner == 0 || joined != me.joined)) {
    end_gone("has left");
  }
}

static void ring_if_asleep(void) {
  if (spsc_writer_peer_sleeps(&me.writer)) {
    ring(me.options, &me.channel);
  }
}

// Sleeps until the receiver rings, comes or goes, or until there is input.
static enum tombolo_woken sleep_for(int input, int milliseconds) {
  struct ivc_event event;
  enum tombolo_woken woken = tombolo_wait(&me.channel, &event, input, milliseconds);
  look_at_receiver();
  return woken;
}

// Claims room for a message: waits for the receiver to come, and to read.
static volatile void *claim(enum transfer_type type, uint32_t length) {
  volatile void *payload;
  for (;;) {
    enum spsc_answer answer = spsc_claim(&me.writer, type, length, &payload);
    ring_if_asleep();
    switch (answer) {
      case SPSC_OK:
        return payload;
      case SPSC_NOT_CONNECTED:
      case SPSC_BACK_PRESSURED:
        look_at_receiver();
        if (spsc_writer_sleep(&me.writer, length)) {
          sleep_for(-1, -1);
          spsc_writer_wake(&me.writer);
        }
        break;
      case SPSC_PEER_GONE:
      case SPSC_PEER_RESTARTED:
        end_gone("has left");
      default:
        end_gone("has broken the ring");
    }
  }
}

static void commit(uint32_t length) {
  transfer_count(&me.transfer, me.writer.data + me.writer.claimed_index + SPSC_HEADER, length);
  spsc_commit_part(&me.writer, length);
  ring_if_asleep();
  progress_show(&me.progress, &me.transfer);
}

static void await_receiver(void) {
  int64_t deadline = tombolo_now() + me.options->timeout;
  while (me.joined == 0) {
    int64_t left = me.options->timeout < 0 ? -1 : deadline - tombolo_now();
    if (me.options->timeout >= 0 && left <= 0) {
      end_with(STATUS_TIMED_OUT, "nobody came to receive from %s in %d s",
               channel_called(me.options), me.options->timeout / 1000);
    }
    sleep_for(-1, (int)left);
  }
}

// Reads available input, at most `most` bytes; returns 0 at the end.
static size_t read_some(void *to, size_t most) {
  for (;;) {
    if (me.input_waits) {
      // Do not wait in read(2), which would not end when the receiver leaves.
      while (sleep_for(me.input, -1) != TOMBOLO_INPUT) {
      }
    }
    ssize_t length = read(me.input, to, most);
    if (length >= 0) {
      return (size_t)length;
    }
    if (errno != EINTR && errno != EAGAIN) {
      end_with(STATUS_FAILED, "%s: %s; the receiver will report an incomplete transfer",
               me.options->file != NULL ? me.options->file : "standard input", strerror(errno));
    }
  }
}

static void send_file(void) {
  for (;;) {
    volatile void *payload = claim(TRANSFER_DATA, me.piece);
    size_t length = read_some((void *)payload, me.piece);
    if (length == 0) {
      spsc_abort(&me.writer);
      return;
    }
    commit((uint32_t)length);
  }
}

static void send_line(const char *line, size_t length) {
  volatile void *payload = claim(TRANSFER_LINE, (uint32_t)length);
  memcpy((void *)payload, line, length);
  commit((uint32_t)length);
}

static void send_lines(void) {
  size_t most = spsc_max_length(me.capacity);
  char *buffer = malloc(most + 1);
  if (buffer == NULL) {
    end_with(STATUS_FAILED, "no memory for a line");
  }
  size_t held = 0;
  for (size_t got; (got = read_some(buffer + held, most + 1 - held)) > 0;) {
    held += got;
    char *begin = buffer;
    for (char *end; (end = memchr(begin, '\n', held)) != NULL; begin = end + 1) {
      send_line(begin, (size_t)(end - begin));
      held -= (size_t)(end + 1 - begin);
    }
    if (held > most) {
      end_with(STATUS_FAILED, "line %llu has more than %zu bytes: give a larger --size",
               (unsigned long long)me.transfer.so_far.messages + 1, most);
    }
    memmove(buffer, begin, held);
  }
  if (held > 0) {
    send_line(buffer, held);
  }
  free(buffer);
}

static void send_end(void) {
  volatile struct transfer_end *end = claim(TRANSFER_END, sizeof *end);
  *end = me.transfer.so_far;
  spsc_commit(&me.writer);
  ring_if_asleep();
  while (transfer_verdict(me.channel.sections).result != TRANSFER_COMPLETE) {
    sleep_for(-1, -1);
  }
}

static void open_input(void) {
  const char *file = me.options->file;
  struct stat status;
  me.input = file == NULL ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
  if (me.input < 0 || fstat(me.input, &status) != 0) {
    end_with(STATUS_USAGE, "%s: %s", file == NULL ? "standard input" : file, strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) {
    end_with(STATUS_USAGE, "%s: is a directory; to send it, run tar c %s | ivc-send …", file, file);
  }
  me.input_waits = !S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode);
  me.progress.total = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
}

int send_stream(const struct options *options) {
  me.options = options;
  open_input();
  open_device();
  open_channel();
  await_receiver();
  progress_begin(&me.progress, "sent", me.progress.total);
  if (options->lines) {
    send_lines();
  } else {
    send_file();
  }
  send_end();
  progress_end(&me.progress, &me.transfer);
  tombolo_close();
  return STATUS_DONE;
}
