// SPDX-License-Identifier: Apache-2.0

// The receiving side: writes straight from the ring.

#include "output.h"
#include "stream.h"

#include <string.h>

#define FAREWELL 5000  // milliseconds: how long a sender may take to see the verdict

struct receiver {
  const struct options *options;
  struct ivc_channel channel;
  struct spsc_reader reader;
  struct transfer transfer;
  struct progress progress;
};

static struct receiver me;

static void join_channel(void) {
  const struct options *options = me.options;
  enum ivc_status status = tombolo_subscribe(
      options->name, options->publisher, options->key, options->timeout, &me.channel);
  if (status == IVC_NO_SUCH_CHANNEL) {
    end_with(STATUS_TIMED_OUT, "nobody published %s in %d s", channel_called(options),
             options->timeout / 1000);
  }
  if (status == IVC_NO_SECTION) {
    end_with(STATUS_TIMED_OUT, "another VM receives from %s, and nobody published it again in %d s",
             channel_called(options), options->timeout / 1000);
  }
  if (status != IVC_DONE) {
    end_refused(options, "subscribe to", status);
  }
  if (me.channel.layout != IVC_SECTIONED || me.channel.section != 1 ||
      me.channel.own_size < TRANSFER_SECTION) {
    end_with(STATUS_FAILED,
             "%s does not fit ivc-recv: give it layout = \"sectioned\" and access = "
             "\"read-write\" in the topology file",
             channel_called(options));
  }
  if (spsc_open_reader(
          &me.reader, me.channel.publisher_section, me.channel.publisher_size, me.channel.own,
          me.channel.own_size) != SPSC_OK) {
    end_with(STATUS_FAILED, "%s has no room for a ring", channel_called(options));
  }
}

static bool sender_lives(void) {
  return __atomic_load_n(&me.channel.header->state, __ATOMIC_ACQUIRE) == IVC_LIVE;
}

static enum tombolo_woken sleep_for(int milliseconds) {
  struct ivc_event event;
  return tombolo_wait(&me.channel, &event, -1, milliseconds);
}

// Waits until the sender has seen the verdict and withdrawn the channel. After that, nobody needs
// this side any more.
static void decide(enum transfer_result result, uint32_t reason) {
  int64_t deadline = tombolo_now() + FAREWELL;
  transfer_decide(me.channel.own, result, reason);
  ring(me.options, &me.channel);
  for (int64_t left = FAREWELL; sender_lives() && left > 0; left = deadline - tombolo_now()) {
    sleep_for((int)left);
  }
}

static noreturn void end_broken(const char *how) {
  end_with(STATUS_FAILED, "the sender %s: %llu bytes of %s are here, and there may be more", how,
           (unsigned long long)me.transfer.so_far.bytes, channel_called(me.options));
}

static noreturn void end_unwritten(int error) {
  decide(TRANSFER_FAILED, (uint32_t)error);
  end_with(STATUS_FAILED, "%s: %s", output_called(), strerror(error));
}

static void write_all(const volatile void *from, uint32_t length) {
  int error = output_write((const void *)from, length);
  if (error != 0) {
    end_unwritten(error);
  }
}

static void end_of_stream(const struct spsc_message *message) {
  if (!transfer_is_whole(&me.transfer, message->payload, message->length)) {
    decide(TRANSFER_DAMAGED, 0);
    end_with(STATUS_FAILED, "%s: the received data is damaged or incomplete; run both again",
             channel_called(me.options));
  }
  int error = output_end();
  if (error != 0) {
    end_unwritten(error);
  }
  // Before the farewell, which is not part of the transfer's time.
  progress_end(&me.progress, &me.transfer);
  decide(TRANSFER_COMPLETE, 0);
}

// Returns true at the end of the stream.
static bool take(const struct spsc_message *message) {
  switch (message->type) {
    case TRANSFER_END:
      end_of_stream(message);
      return true;
    case TRANSFER_DATA:
    case TRANSFER_LINE:
      write_all(message->payload, message->length);
      if (message->type == TRANSFER_LINE) {
        write_all("\n", 1);
      }
      transfer_count(&me.transfer, message->payload, message->length);
      return false;
    default:
      decide(TRANSFER_DAMAGED, 0);
      end_broken("sends something else than ivc-send does");
  }
}

static void receive(void) {
  for (;;) {
    bool lived = sender_lives();  // look at this first: the ring is final then
    struct spsc_message message;
    int32_t count = spsc_peek(&me.reader, &message);
    if (count == 1) {
      if (take(&message)) {
        return;
      }
      spsc_release(&me.reader);
      progress_show(&me.progress, &me.transfer);
    } else if (count == SPSC_PEER_BROKEN) {
      end_broken("has broken the ring");
    } else if (count < 0 || !lived) {
      end_broken("has left before the end");
    }
    if (spsc_reader_peer_sleeps(&me.reader)) {
      ring(me.options, &me.channel);
    }
    if (count == 0 && spsc_reader_sleep(&me.reader)) {
      sleep_for(-1);
      spsc_reader_wake(&me.reader);
    }
  }
}

int receive_stream(const struct options *options) {
  me.options = options;
  int error = output_to(options->file);
  if (error != 0) {
    end_with(STATUS_USAGE, "%s: %s", output_called(), strerror(error));
  }
  open_device();
  join_channel();
  progress_begin(&me.progress, "received", 0);
  receive();
  tombolo_close();
  return STATUS_DONE;
}
