// SPDX-License-Identifier: Apache-2.0
#pragma once

// The content of the channel "greetings", shared by the greeter and the listener. Each text is
// written before the word that announces it.

#include "ivc_abi.h"

#define GREETING_CHANNEL "greetings"
#define GREETING_SIZE (16 * 1024)

struct greeting {
  uint8_t host_words[IVC_RAW_HEADER];
  uint32_t greeted;   // the greeter: 1 when `greeting` can be read
  uint32_t answered;  // the listener: 1 when `answer` can be read
  char greeting[128];
  char answer[128];
};
