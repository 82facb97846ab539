// SPDX-License-Identifier: Apache-2.0
#pragma once

// The content of the channel "nest", shared by the phoenix and its watcher.

#include "ivc_abi.h"

#define NEST_CHANNEL "nest"

// Number of feathers that the phoenix lays before it burns, and in total.
#define NEST_BURNS 3
#define NEST_FULL 5

struct nest {
  uint8_t host_words[IVC_RAW_HEADER];
  uint32_t feathers;  // the phoenix
  uint32_t seen;      // the watcher: feathers that it has seen
};
