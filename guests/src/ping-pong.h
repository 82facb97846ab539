// SPDX-License-Identifier: Apache-2.0
#pragma once

// The content of the channel "ball", shared by ping and pong.

#include "ivc_abi.h"

#define BALL_CHANNEL "ball"

struct ball {
  uint8_t host_words[IVC_RAW_HEADER];
  _Alignas(64) uint32_t served;    // ping: counts from 1, BALL_OVER is the last
  _Alignas(64) uint32_t returned;  // pong: the latest serve that it saw
};

#define BALL_OVER 0xffffffffu
