// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the phoenix and its watcher share, by the channel "nest".

#include "ivc_abi.h"

#define NEST_CHANNEL "nest"

// How many feathers the phoenix lays down before it burns, and when it is done.
#define NEST_BURNS 3
#define NEST_FULL 5

struct nest {
  uint8_t host_words[IVC_RAW_HEADER];
  uint32_t feathers;  // the phoenix
  uint32_t seen;      // the watcher: feathers that it has seen
};
