// SPDX-License-Identifier: Apache-2.0

// Bells and events: the part of ivc.h that belongs to one hart or thread.

#include "ivc.h"

// Bells that rang while the caller waited for another channel's. Each handle is here at most once.
// When this is full, further bells stay in the device. They cost time there, but are not lost.
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
  asm volatile("fence i, rw" : : : "memory");  // loads after this see what the ringer stored
  return handle;
}

uint32_t ivc_bell(void) { return kept_count > 0 ? kept[--kept_count] : read_bell(); }

bool ivc_take_bell(const struct ivc_channel *channel) {
  uint32_t wanted = channel->handle;
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

enum ivc_status ivc_next_event(struct ivc_event *event) {
  struct ivc_request request = {.operation = IVC_NEXT_EVENT};
  enum ivc_status status = ivc_request(&request);
  if (status == IVC_DONE) {
    *event = (struct ivc_event){
        .kind = request.event,
        .handle = request.handle,
        .peer = request.peer,
        .key = request.key,
        .generation = request.generation,
        .count = request.count,
    };
  }
  return status;
}

// Asks only if PENDING shows an event: without one, the device would return a bell as an event.
bool ivc_take_event(struct ivc_event *event) {
  return (ivc_register(IVC_REG_PENDING) & IVC_PENDING_EVENT) != 0 &&
         ivc_next_event(event) == IVC_DONE;
}
