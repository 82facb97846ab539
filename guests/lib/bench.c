// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "start.h"

static const char *name;
static uint64_t retired;
static uint64_t begun;

uint64_t bench_begin(const char *called, uint64_t rounds) {
  name = called;
  rounds = command_line_number("n", rounds);
  if (!on_linux) {
    begun = read_time();
    retired = read_instret();
  }
  return rounds;
}

int bench_end(uint64_t checksum, bool correct) {
  uint64_t instructions = 0;
  uint64_t ticks = 0;
  if (!on_linux) {
    instructions = read_instret() - retired;
    ticks = read_time() - begun;
  }
  print("%s checksum %016lx\n", name, checksum);
  if (!on_linux) {
    print("%s instructions %lu\n", name, instructions);
    print("%s nanoseconds %lu\n", name, ticks * (1000000000 / BOARD_TICKS_PER_SECOND));
  }
  print(correct ? "ok\n" : "FAILED\n");
  return correct ? 0 : 1;
}
