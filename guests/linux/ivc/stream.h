// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shared by ivc-send and ivc-recv. Both are one program, ivc, which acts according to the name
// under which it was started.

#include "tombolo.h"
#include "transfer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

extern const char *program;  // the name under which it was started

enum exit_status {
  STATUS_DONE = 0,
  STATUS_FAILED = 1,   // the transfer broke off, or was refused
  STATUS_USAGE = 2,    // an argument is invalid, or there is no device
  STATUS_TIMED_OUT = 124,
};

struct options {
  const char *name;  // name of the channel; NULL: use publisher and key
  uint64_t key;
  uint32_t publisher;
  uint32_t capacity;  // capacity of the ring; 0: as large as the grant allows
  bool lines;
  int timeout;       // milliseconds that a side waits for the other one; -1: no limit
  const char *file;  // NULL: standard input or output
};

int send_stream(const struct options *options);
int receive_stream(const struct options *options);

// Progress of the transfer, for people.
struct progress {
  const char *verb;  // "sent"
  uint64_t total;    // bytes; 0 if unknown
  int64_t begin;     // milliseconds
  int64_t shown;
  bool terminal;
};

void progress_begin(struct progress *progress, const char *verb, uint64_t total);
void progress_show(struct progress *progress, const struct transfer *transfer);
void progress_end(struct progress *progress, const struct transfer *transfer);

// Prints "ivc-send: …" on standard error, and ends.
__attribute__((format(printf, 2, 3))) noreturn void end_with(
    enum exit_status status, const char *format, ...);

// Returns "channel file", "channel 7" or "channel 7 of VM 1".
const char *channel_called(const struct options *options);

// Ends with the meaning of a refusal and the remedy.
noreturn void end_refused(const struct options *options, const char *what, enum ivc_status status);

// Opens the device or ends.
void open_device(void);

// Rings the other side. Ends if no grant allows it, because without bells neither side would ever
// wake.
void ring(const struct options *options, const struct ivc_channel *channel);
