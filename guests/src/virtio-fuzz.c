// SPDX-License-Identifier: Apache-2.0

// Acts as a hostile driver of the virtio devices that it finds (entropy, block). It writes anything
// into registers, rings and descriptors, while a second hart, if there is one, rewrites rings and
// descriptors. Then it resets the device, which must work again. Command line: n=200 lives seed=1.
// Ends with the counts; exit code 1 if a device did not come back, or if none of its lives ended
// broken.
//
// A device can write only to the arena: addresses are in the arena or outside RAM, and lengths fit
// before the arena's end or exceed RAM. Otherwise the guest would overwrite itself.

#include "bench.h"
#include "board.h"
#include "command_line.h"
#include "console.h"
#include "csr.h"
#include "harts.h"
#include "pci.h"

#include <stdatomic.h>
#include <stddef.h>

enum { VENDOR = 0x1af4, BLOCK = 0x1042, ENTROPY = 0x1044 };
enum { SIZE = 16, STEPS = 200, ARENA = 64 << 10, SLACK = 8 << 10 };

// Common configuration, in BAR 0.
enum {
  DRIVER_FEATURE_SELECT = 0x08,
  DRIVER_FEATURE = 0x0c,
  STATUS = 0x14,
  QUEUE_SELECT = 0x16,
  QUEUE_SIZE = 0x18,
  QUEUE_ENABLE = 0x1c,
  QUEUE_DESCRIPTORS = 0x20,
  QUEUE_DRIVER = 0x28,
  QUEUE_DEVICE = 0x30,
  REGISTERS_END = 0x40,
  NOTIFY = 0x3000
};

enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, NEEDS_RESET = 64 };
enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };

struct descriptor {
  uint64_t address;
  uint32_t length;
  uint16_t flags;
  uint16_t next;
};

struct areas {
  struct descriptor descriptors[SIZE];
  struct {
    uint16_t flags;
    uint16_t index;
    uint16_t ring[SIZE];
    uint16_t used_event;
  } available;
  _Alignas(4) struct {
    uint16_t flags;
    uint16_t index;
    struct {
      uint32_t head;
      uint32_t length;
    } ring[SIZE];
    uint16_t available_event;
  } used;
};

// The rings are at the arena's beginning, so devices are told to write there, too.
static _Alignas(4096) uint8_t arena[ARENA + SLACK];
#define rings ((volatile struct areas *)arena)

static volatile uint8_t *registers;
static atomic_bool disturb;
static atomic_bool disturbing;
static atomic_bool over;

static uint64_t below(uint64_t *random, uint64_t limit) {
  return (bench_random(random) >> 11) % limit;
}

static uint64_t address(uint64_t *random) {
  switch (below(random, 16)) {
    case 0:
      return bench_random(random) % BOARD_RAM;  // devices, or nothing
    case 1:
      return bench_random(random) | 1ul << 63;
    case 2:
      return BOARD_RAM + (1ul << 40) + below(random, 1 << 20);
    default:
      return (uint64_t)arena + below(random, ARENA);
  }
}

static uint32_t length(uint64_t *random) {
  switch (below(random, 16)) {
    case 0:
      return 0xffffffff - (uint32_t)below(random, 1 << 20);
    case 1:
      return below(random, 8) == 0 ? 0 : 16;
    case 2:
      return 512 * (uint32_t)below(random, 17);
    default:
      return 1 + (uint32_t)below(random, SLACK - 1);
  }
}

static void random_descriptor(uint64_t *random) {
  volatile struct descriptor *table = (volatile struct descriptor *)arena;
  // Most are in the ring's table, and some elsewhere, where an indirect table may be.
  uint64_t at = below(random, 4) == 0 ? below(random, ARENA / sizeof *table) : below(random, SIZE);
  table[at].address = address(random);
  table[at].length = below(random, 8) == 0 ? 16 * (uint32_t)below(random, 20) : length(random);
  table[at].flags = (uint16_t)below(random, below(random, 4) == 0 ? 16 : 4);
  table[at].next = (uint16_t)below(random, below(random, 8) == 0 ? 0x10000 : SIZE);
}

static void offer(uint64_t *random) {
  uint16_t index = rings->available.index;
  rings->available.ring[index % SIZE] =
      (uint16_t)below(random, below(random, 64) == 0 ? 0x10000 : SIZE);
  atomic_thread_fence(memory_order_seq_cst);
  rings->available.index = index + 1;
}

static void notify(void) {
  atomic_thread_fence(memory_order_seq_cst);
  *(volatile uint16_t *)(registers + NOTIFY) = 0;
}

static void random_register(uint64_t *random) {
  uint64_t at = below(random, REGISTERS_END / 4) * 4;
  uint32_t value = (uint32_t)bench_random(random);
  if (at >= QUEUE_DESCRIPTORS) {
    // Changes one half at a time, but never creates an address in RAM outside the arena.
    if ((at & 4) != 0) {
      value = (uint32_t)below(random, 2) << 31;
    } else if (value % 4 == 0) {
      value %= BOARD_RAM;
    } else {
      value = (uint32_t)((uint64_t)arena + below(random, ARENA));
    }
  } else if (at == STATUS && below(random, 4) != 0) {
    value = (uint32_t)below(random, 256);
  }
  *(volatile uint32_t *)(registers + at) = value;
}

static void step(uint64_t *random) {
  switch (below(random, 16)) {
    case 0:
      random_register(random);
      break;
    case 1:
      (void)*(volatile uint32_t *)(registers + below(random, 0x1000) * 4);
      break;
    case 2:
      if (below(random, 32) == 0) {
        rings->available.index = (uint16_t)below(random, 0x10000);
      }
      break;
    case 3:
      rings->available.used_event = (uint16_t)below(random, 0x10000);
      break;
    case 4:
    case 5:
    case 6:
      offer(random);
      notify();
      break;
    default:
      random_descriptor(random);
      break;
  }
}

// The second hart.
static void disturber(void *unused) {
  (void)unused;
  uint64_t random = 77;
  unsigned turns = 0;
  while (!atomic_load(&over)) {
    if (!atomic_load(&disturb)) {
      harts_relax(&turns);
      continue;
    }
    atomic_store(&disturbing, true);
    while (atomic_load(&disturb)) {
      random_descriptor(&random);
      if (below(&random, 4) == 0) {
        offer(&random);
        notify();
      }
    }
    atomic_store(&disturbing, false);
  }
}

static void start(uint32_t ring_features, uint32_t device_features) {
  for (size_t i = 0; i < sizeof(struct areas); i++) {
    arena[i] = 0;
  }
  registers[STATUS] = 0;
  registers[STATUS] = ACKNOWLEDGE | DRIVER;
  uint32_t features[] = {ring_features | device_features, 1};
  for (uint32_t half = 0; half < 2; half++) {
    *(volatile uint32_t *)(registers + DRIVER_FEATURE_SELECT) = half;
    *(volatile uint32_t *)(registers + DRIVER_FEATURE) = features[half];
  }
  registers[STATUS] = ACKNOWLEDGE | DRIVER | FEATURES_OK;
  *(volatile uint16_t *)(registers + QUEUE_SELECT) = 0;
  *(volatile uint16_t *)(registers + QUEUE_SIZE) = SIZE;
  *(volatile uint64_t *)(registers + QUEUE_DESCRIPTORS) = (uint64_t)&rings->descriptors;
  *(volatile uint64_t *)(registers + QUEUE_DRIVER) = (uint64_t)&rings->available;
  *(volatile uint64_t *)(registers + QUEUE_DEVICE) = (uint64_t)&rings->used;
  *(volatile uint16_t *)(registers + QUEUE_ENABLE) = 1;
  registers[STATUS] = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
}

static void describe(unsigned at, uint64_t offset, uint32_t bytes, uint16_t flags) {
  rings->descriptors[at].address = (uint64_t)arena + offset;
  rings->descriptors[at].length = bytes;
  rings->descriptors[at].flags = flags;
  rings->descriptors[at].next = (uint16_t)(at + 1);
}

// Makes a request that any of the devices answers: 16 bytes to read (of a disk: sector 0), 513 to
// write.
static bool works(uint32_t device_features) {
  start(0, device_features);
  volatile uint64_t *header = (volatile uint64_t *)(arena + 0x1000);
  header[0] = 0;
  header[1] = 0;
  describe(0, 0x1000, 16, NEXT);
  describe(1, 0x2000, 512, NEXT | WRITE);
  describe(2, 0x3000, 1, WRITE);
  rings->available.ring[0] = 0;
  atomic_thread_fence(memory_order_seq_cst);
  rings->available.index = 1;
  notify();
  uint64_t end = read_time() + 20 * BOARD_TICKS_PER_SECOND;
  unsigned turns = 0;
  while (rings->used.index != 1 && read_time() < end) {
    harts_relax(&turns);
  }
  return rings->used.index == 1 && rings->used.ring[0].length == 513 &&
         registers[STATUS] == (ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

static bool torment(const char *name, uint16_t device, uint32_t features, uint64_t lives,
                    uint64_t *random) {
  struct pci_function function;
  if (!pci_find(VENDOR, device, &function)) {
    print("virtio-fuzz: no %s\n", name);
    return true;
  }
  registers = (volatile uint8_t *)pci_bar(&function, 0);
  uint64_t broken = 0;
  for (uint64_t life = 0; life < lives; life++) {
    start((uint32_t)below(random, 4) << 28, features);
    atomic_store(&disturb, true);
    for (unsigned i = 0; i < STEPS; i++) {
      step(random);
    }
    atomic_store(&disturb, false);
    unsigned turns = 0;
    while (atomic_load(&disturbing)) {
      harts_relax(&turns);
    }
    broken += (registers[STATUS] & NEEDS_RESET) != 0;
    if (!works(features)) {
      print("virtio-fuzz: %s does not come back after life %lu\n", name, life);
      return false;
    }
  }
  print("virtio-fuzz: %s: %lu lives, broken at the end of %lu, and each time it came back\n", name, lives,
        broken);
  return broken > 0;
}

int main(void) {
  uint64_t lives = command_line_number("n", 200);
  uint64_t random = command_line_number("seed", 1);
  uint64_t ids[BOARD_MAX_HARTS];
  unsigned count = harts_ids(ids);
  for (unsigned i = 0; i < count && i < 2; i++) {
    if (ids[i] != this_hart()->id) {
      harts_start(ids[i], disturber, NULL);
    }
  }
  bool good = torment("entropy", ENTROPY, 0, lives, &random);
  good &= torment("block", BLOCK, 1u << 9, lives, &random);
  atomic_store(&over, true);
  return good ? 0 : 1;
}
