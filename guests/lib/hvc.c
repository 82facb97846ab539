// SPDX-License-Identifier: Apache-2.0
#include "hvc.h"

#include "board.h"

static bool join(
    uint64_t code, uint64_t first, uint64_t second, uint64_t size, struct hvc_channel *channel) {
  // The slots: words of RAM that the host writes during the call.
  volatile uint64_t base_slot = 0;
  volatile uint64_t size_slot = size;
  uint64_t base_at = (uint64_t)&base_slot;
  uint64_t size_at = (uint64_t)&size_slot;
  long result = code == HVC_PUBLISH ? hvc_call(code, first, base_at, size_at, 0)
                                    : hvc_call(code, first, second, base_at, size_at);
  if (result != 0) {
    return false;
  }
  *channel = (struct hvc_channel){(volatile uint8_t *)base_slot, size_slot};
  return true;
}

bool hvc_publish(uint64_t key, uint64_t size, struct hvc_channel *channel) {
  return join(HVC_PUBLISH, key, 0, size, channel);
}

bool hvc_subscribe(uint64_t publisher, uint64_t key, struct hvc_channel *channel) {
  return join(HVC_SUBSCRIBE, publisher, key, 0, channel);
}

bool hvc_unpublish(uint64_t key) { return hvc_call(HVC_UNPUBLISH, key, 0, 0, 0) == 0; }

bool hvc_unsubscribe(uint64_t publisher, uint64_t key) {
  return hvc_call(HVC_UNSUBSCRIBE, publisher, key, 0, 0) == 0;
}

bool hvc_notify(uint64_t publisher, uint64_t key, uint64_t target) {
  asm volatile("fence rw, rw" : : : "memory");
  return hvc_call(HVC_NOTIFY, publisher, key, target, 0) == 0;
}

bool hvc_wait(uint64_t deadline) {
  static bool listening;
  if (!listening) {
    external_listen(BOARD_IVC_INTERRUPT, EXTERNAL_PULSE);
    listening = true;
  }
  bool pulsed = external_wait(BOARD_IVC_INTERRUPT, deadline);
  external_done(BOARD_IVC_INTERRUPT);  // a pulse from now on is a new one
  return pulsed;
}
