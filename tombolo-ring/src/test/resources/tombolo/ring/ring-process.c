// SPDX-License-Identifier: Apache-2.0

// One side of a ring in a process of its own: write or read, FILE, how many messages. The ring has
// both its parts in the file. Exits with 0 if all went as it should.

#include "spsc_ring.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

// Message n, as the test makes it, too.
struct expected {
  uint32_t type;
  uint32_t length;
  uint8_t bytes[4096];
};

static void make(struct expected *expected, uint64_t n, uint32_t capacity) {
  uint64_t x = (n + 1) * 0x9e3779b97f4a7c15;
  x ^= x >> 29;
  uint32_t longest = spsc_max_length(capacity);
  longest = (x & 7) != 0 && longest > 40 ? 40 : longest;
  expected->type = (uint32_t)(x >> 33) | 1;
  expected->length = (uint32_t)(x >> 20) % (longest + 1);
  for (uint32_t i = 0; i < expected->length; i++) {
    expected->bytes[i] = (uint8_t)(x + i);
  }
}

static _Noreturn void over(const char *why, uint64_t n, int answer) {
  fprintf(stderr, "%s: message %lu, answer %d\n", why, (unsigned long)n, answer);
  exit(1);
}

static void write_all(uint8_t *ring, uint32_t capacity, uint64_t count) {
  struct spsc_writer writer;
  spsc_open_writer(&writer, ring + SPSC_READER_PART, spsc_writer_part(capacity), ring,
                   SPSC_READER_PART, capacity);
  for (uint64_t n = 0; n < count;) {
    struct expected message;
    make(&message, n, capacity);
    enum spsc_answer answer;
    if (n % 2 == 0) {
      answer = spsc_offer(&writer, message.type, message.bytes, message.length);
    } else {
      // Now and then more than is needed, with something in it that is not part of the message.
      uint32_t longest = spsc_max_length(capacity);
      uint32_t room = n % 5 == 0 && message.length + 40 <= longest ? message.length + 40
                                                                   : message.length;
      volatile void *payload;
      answer = spsc_claim(&writer, message.type, room, &payload);
      if (answer == SPSC_OK) {
        memset((void *)payload, 0xee, room);
        memcpy((void *)payload, message.bytes, message.length);
        if (n % 7 == 0) {
          spsc_abort(&writer);
          answer = spsc_offer(&writer, message.type, message.bytes, message.length);
        } else if (room > message.length) {
          spsc_commit_part(&writer, message.length);
        } else {
          spsc_commit(&writer);
        }
      }
    }
    if (answer == SPSC_OK) {
      n++;
    } else if (answer == SPSC_BACK_PRESSURED || answer == SPSC_NOT_CONNECTED) {
      sched_yield();
    } else {
      over("write", n, answer);
    }
  }
}

struct reading {
  uint64_t n;
  uint32_t capacity;
};

static void check(void *context, const struct spsc_message *message) {
  struct reading *reading = context;
  struct expected expected;
  make(&expected, reading->n, reading->capacity);
  if (message->type != expected.type || message->length != expected.length ||
      memcmp((const void *)message->payload, expected.bytes, expected.length) != 0) {
    over("another message was written", reading->n, 0);
  }
  reading->n++;
}

static void read_all(uint8_t *ring, uint32_t capacity, uint64_t count) {
  struct spsc_reader reader;
  struct reading reading = {0, capacity};
  spsc_open_reader(&reader, ring + SPSC_READER_PART, spsc_writer_part(capacity), ring,
                   SPSC_READER_PART);
  while (reading.n < count) {
    int32_t answer;
    if (reading.n % 3 == 0) {
      struct spsc_message message;
      answer = spsc_peek(&reader, &message);
      if (answer > 0) {
        check(&reading, &message);
        spsc_release(&reader);
      }
    } else {
      answer = spsc_drain(&reader, check, &reading, 10);
    }
    if (answer == 0) {
      sched_yield();
    } else if (answer < 0) {
      over("read", reading.n, answer);
    }
  }
}

int main(int argc, char **argv) {
  struct stat file;
  int fd = argc == 4 ? open(argv[2], O_RDWR) : -1;
  if (fd < 0 || fstat(fd, &file) != 0) {
    over("no file", 0, argc);
  }
  uint8_t *ring = mmap(NULL, (size_t)file.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (ring == MAP_FAILED) {
    over("no memory", 0, 0);
  }
  uint32_t capacity = (uint32_t)file.st_size - SPSC_READER_PART - SPSC_HEAD;
  uint64_t count = strtoull(argv[3], NULL, 10);
  if (strcmp(argv[1], "write") == 0) {
    write_all(ring, capacity, count);
  } else {
    read_all(ring, capacity, count);
  }
  return 0;
}
