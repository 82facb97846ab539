// SPDX-License-Identifier: Apache-2.0
#pragma once

// AxVisor's hypercalls (docs/abi.md): channels for guests that do not know the IVC device. A call
// returns true or false; the device's CALL_STATUS has the reason for false. Guest virtual addresses
// are guest physical ones here, because paging is off.

#include "external.h"

#include <stdbool.h>
#include <stdint.h>

#define HVC_EXTENSION 0x485643ul  // a7: HVC

enum hvc_code {
  HVC_DISABLE = 0,
  HVC_PREPARE_DISABLE = 1,
  HVC_DEBUG = 2,
  HVC_PUBLISH = 3,
  HVC_SUBSCRIBE = 4,
  HVC_UNPUBLISH = 5,
  HVC_UNSUBSCRIBE = 6,
  HVC_NOTIFY = 7,
};

#define HVC_EVERY_PEER UINT64_MAX

static inline long hvc_call(
    uint64_t code, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth) {
  register uint64_t a0 asm("a0") = first;
  register uint64_t a1 asm("a1") = second;
  register uint64_t a2 asm("a2") = third;
  register uint64_t a3 asm("a3") = fourth;
  register uint64_t a6 asm("a6") = code;
  register uint64_t a7 asm("a7") = HVC_EXTENSION;
  asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
  return (long)a0;
}

struct hvc_channel {
  volatile uint8_t *memory;
  uint64_t size;
};

bool hvc_publish(uint64_t key, uint64_t size, struct hvc_channel *channel);
bool hvc_subscribe(uint64_t publisher, uint64_t key, struct hvc_channel *channel);
bool hvc_unpublish(uint64_t key);
bool hvc_unsubscribe(uint64_t publisher, uint64_t key);

// Pulses the target's IVC interrupt; all earlier stores come before it.
bool hvc_notify(uint64_t publisher, uint64_t key, uint64_t target);

// Sleeps until the IVC interrupt has been pulsed since the last time, or until the deadline
// (false). Look at the channel after this, and before the next one.
bool hvc_wait(uint64_t deadline);
