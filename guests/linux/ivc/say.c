// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHOW_EVERY 500  // milliseconds

static bool on_line;  // a progress line is on the screen, without its end

noreturn void end_with(enum exit_status status, const char *format, ...) {
  char line[400];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  fprintf(stderr, "%s%s: %s\n", on_line ? "\n" : "", program, line);
  exit(status);
}

const char *channel_called(const struct options *options) {
  static char text[IVC_NAME_MAX + 32];
  if (options->name != NULL) {
    snprintf(text, sizeof text, "channel %.*s", IVC_NAME_MAX, options->name);
  } else if (options->publisher != 0) {
    snprintf(text, sizeof text, "channel %" PRIu64 " of VM %u", options->key, options->publisher);
  } else {
    snprintf(text, sizeof text, "channel %" PRIu64, options->key);
  }
  return text;
}

static const char *advice(enum ivc_status status) {
  switch (status) {
    case IVC_NOT_GRANTED:
      return ": the host's topology file has no such channel, or this VM has another part in it";
    case IVC_BAD_LAYOUT:
      return ": give it layout = \"sectioned\" in the host's topology file";
    case IVC_BAD_SIZE:
      return ": give a smaller --size, or the channel a larger size in the host's topology file";
    case IVC_ALREADY_PUBLISHED:
      return ": this VM has published it already, by a hypercall";
    case IVC_ALREADY_SUBSCRIBED:
      return ": this VM has joined it already, by a hypercall";
    case IVC_TOO_MANY_CHANNELS:
    case IVC_TOO_MANY_BYTES:
      return ": this VM's quota is used up (channels and channel-bytes in the topology file)";
    case IVC_WINDOW_FULL:
      return ": give the VM a larger window in the host's topology file, or a smaller --size";
    case IVC_NO_SECTION:
      return ": another receiver has joined it";
    default:
      return "";
  }
}

noreturn void end_refused(const struct options *options, const char *what, enum ivc_status status) {
  end_with(STATUS_FAILED, "%s %s: %s%s", what, channel_called(options), ivc_status_name(status),
           advice(status));
}

void open_device(void) {
  const char *wrong = tombolo_open();
  if (wrong != NULL) {
    end_with(STATUS_USAGE, "%s", wrong);
  }
}

void ring(const struct options *options, const struct ivc_channel *channel) {
  ivc_ring(channel);
  if (ivc_bell_status() == IVC_NOT_GRANTED) {
    end_with(STATUS_FAILED, "%s has no doorbell: give it doorbell = true in the topology file",
             channel_called(options));
  }
}

static void print_rate(const struct transfer *transfer, int64_t milliseconds) {
  double mib = (double)transfer->so_far.bytes / (1 << 20);
  double seconds = (double)(milliseconds > 0 ? milliseconds : 1) / 1000;
  fprintf(stderr, " in %.2f s, %.1f MiB/s", (double)milliseconds / 1000, mib / seconds);
}

void progress_begin(struct progress *progress, const char *verb, uint64_t total) {
  int64_t now = tombolo_now();
  *progress = (struct progress){verb, total, now, now, isatty(STDERR_FILENO) == 1};
}

void progress_show(struct progress *progress, const struct transfer *transfer) {
  if (!progress->terminal || tombolo_now() - progress->shown < SHOW_EVERY) {
    return;
  }
  progress->shown = tombolo_now();
  fprintf(stderr, "\r%s: %" PRIu64 " KiB", program, transfer->so_far.bytes >> 10);
  if (progress->total > 0) {
    fprintf(stderr, " of %" PRIu64, progress->total >> 10);
  }
  fprintf(stderr, " in %" PRIu64 " messages", transfer->so_far.messages);
  print_rate(transfer, progress->shown - progress->begin);
  on_line = true;
}

void progress_end(struct progress *progress, const struct transfer *transfer) {
  fprintf(stderr, "%s%s: %s %" PRIu64 " bytes in %" PRIu64 " messages", on_line ? "\n" : "",
          program, progress->verb, transfer->so_far.bytes, transfer->so_far.messages);
  print_rate(transfer, tombolo_now() - progress->begin);
  fputc('\n', stderr);
  on_line = false;
}
