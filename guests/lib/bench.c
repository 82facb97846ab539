// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "start.h"

static const char *name;
static uint64_t retired;

uint64_t bench_begin(const char *called, uint64_t rounds) {
  name = called;
  rounds = command_line_number("n", rounds);
  retired = on_linux ? 0 : read_instret();
  return rounds;
}

int bench_end(uint64_t checksum, bool correct) {
  uint64_t instructions = on_linux ? 0 : read_instret() - retired;
  print("%s checksum %016lx\n", name, checksum);
  if (!on_linux) {
    print("%s instructions %lu\n", name, instructions);
  }
  print(correct ? "ok\n" : "FAILED\n");
  return correct ? 0 : 1;
}
