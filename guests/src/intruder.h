// SPDX-License-Identifier: Apache-2.0
#pragma once

// The channels of examples/intruder.toml. All may read "notice"; "secret" belongs to the victim and
// its friend; the intruder may publish "junk".

#include "ivc_abi.h"

#define NOTICE_CHANNEL "notice"
#define SECRET_CHANNEL "secret"
#define JUNK_CHANNEL "junk"

struct note {
  uint8_t host_words[IVC_RAW_HEADER];
  uint32_t written;  // the victim: 1 when the text can be read
  uint32_t over;     // the victim: 1 when the friend may go
  char text[128];
};
