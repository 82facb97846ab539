// SPDX-License-Identifier: Apache-2.0

// Bells and waiting, the part of ivc.h that belongs to one hart.

#include "csr.h"
#include "harts.h"
#include "ivc.h"

// Bells that rang while another channel's was waited for. A handle stands here once. When it is
// full, further bells stay in the device, where they cost time, but are not lost.
static uint32_t kept[256];
static unsigned kept_count;

static bool take_kept(uint32_t handle) {
  for (unsigned i = 0; i < kept_count; i++) {
    if (kept[i] == handle) {
      kept[i] = kept[--kept_count];
      return true;
    }
  }
  return false;
}

static void keep(uint32_t handle) {
  for (unsigned i = 0; i < kept_count; i++) {
    if (kept[i] == handle) {
      return;
    }
  }
  kept[kept_count++] = handle;
}

static uint32_t read_bell(void) {
  uint32_t handle = ivc_register(IVC_REG_BELL);
  asm volatile("fence i, rw" : : : "memory");  // what the ringer stored is read behind this
  return handle;
}

uint32_t ivc_bell(void) { return kept_count > 0 ? kept[--kept_count] : read_bell(); }

static bool take_bell(uint32_t wanted) {
  if (take_kept(wanted)) {
    return true;
  }
  while (kept_count < sizeof kept / sizeof kept[0]) {
    uint32_t handle = read_bell();
    if (handle == wanted || handle == 0) {
      return handle == wanted;
    }
    keep(handle);
  }
  return false;
}

// Lets `pending` raise the interrupt.
static void listen(enum ivc_how how, uint32_t pending) {
  if (how == IVC_BY_INTERRUPT && ivc.enabled != pending) {
    external_listen(ivc.interrupt);
    ivc_set_register(IVC_REG_ENABLE, pending);
    ivc.enabled = pending;
  }
}

// One turn of waiting, between two looks at the device. False at the deadline. By interrupt, the
// source stays in flight, so that the next look comes before external_done() and takes the line
// down: done first would bring the same interrupt a second time.
static bool turn(enum ivc_how how, unsigned *turns, uint64_t deadline) {
  if (how == IVC_BY_INTERRUPT) {
    return external_wait(ivc.interrupt, deadline);
  }
  harts_relax(turns);
  return read_time() < deadline;
}

bool ivc_wait(const struct ivc_channel *channel, enum ivc_how how, uint64_t ticks) {
  uint64_t deadline = deadline_after(ticks);
  unsigned turns = 0;
  listen(how, IVC_PENDING_BELL);
  for (;;) {
    bool rung = take_bell(channel->handle);
    external_done(ivc.interrupt);
    if (rung) {
      return true;
    }
    if (!turn(how, &turns, deadline)) {
      return take_bell(channel->handle);
    }
  }
}

bool ivc_wait_event(struct ivc_event *event, enum ivc_how how, uint64_t ticks) {
  uint64_t deadline = deadline_after(ticks);
  unsigned turns = 0;
  listen(how, IVC_PENDING_EVENT);
  for (;;) {
    // Asked for only where PENDING says so, because without an event a bell would be told as one.
    bool waits = (ivc_register(IVC_REG_PENDING) & IVC_PENDING_EVENT) != 0;
    bool told = waits && ivc_next_event(event) == IVC_DONE;
    external_done(ivc.interrupt);
    if (told) {
      return true;
    }
    if (!turn(how, &turns, deadline)) {
      return false;
    }
  }
}
