// SPDX-License-Identifier: Apache-2.0

// Makes random requests of the IVC device and random hypercalls, biased towards nearly valid ones.
// A second hart, if there is one, meanwhile rewrites half of the mailbox, requests whatever is
// there, and hammers the registers. The answers in the other half are checked. Command line:
// n=10000 seed=1. Ends with the counts by status; exit code 1 if an answer was malformed.

#include "bench.h"
#include "board.h"
#include "command_line.h"
#include "console.h"
#include "fdt.h"
#include "finish.h"
#include "harts.h"
#include "hvc.h"
#include "ivc_wait.h"
#include "probe.h"
#include "text.h"

#include <stddef.h>

#define SHARED_SLOTS 8  // the second hart rewrites slots 0 to 7

static uint64_t count;
static uint64_t state;  // state of the generator of hart 0
static bool disturbed;
static atomic_bool over;
static uint64_t counts[IVC_STATUSES + 1];
static uint64_t malformed;
static uint32_t handles[16];  // the latest handles returned

// Channels found by listing: at the start, and now and then when nobody interferes.
static struct ivc_entry known[8];
static unsigned known_count;

static uint64_t random_number(uint64_t *from) {
  static const uint64_t edges[] = {
      0, 1, 2, 63, 64, 65, 4095, 4096, 4097, 8192, 1 << 16, 1 << 20, 1 << 26, 0x7fffffff,
      0x80000000, 0xffffffff, 0x100000000, 1ul << 32 | 1, 3ul << 40, INT64_MAX, 1ul << 63, UINT64_MAX - 4095,
      UINT64_MAX};
  uint64_t pick = bench_random(from);
  switch (pick % 4) {
    case 0:
      return pick >> 8 & 0xf;
    case 1:
      return edges[(pick >> 8) % (sizeof edges / sizeof edges[0])];
    case 2:
      return (pick >> 8) % 32 * IVC_PAGE;
    default:
      return bench_random(from) >> pick % 64;
  }
}

// Returns true `of_four` times out of four.
static bool mostly(uint64_t *from, uint64_t of_four) {
  return (bench_random(from) >> 8) % 4 < of_four;
}

// Fills every field with random values. Then, more often than not, turns one field after the other
// into something meaningful, so that many requests pass the first checks.
static void random_request(struct ivc_request *request, uint64_t *from) {
  volatile uint64_t *words = (volatile uint64_t *)request;
  for (unsigned i = 0; i < IVC_SLOT_READ / 8; i++) {
    words[i] = random_number(from) ^ random_number(from) << 32;
  }
  if ((bench_random(from) >> 8) % 16 != 0) {
    request->operation = (uint32_t)(1 + (bench_random(from) >> 8) % 10);
  }
  if (mostly(from, 3)) {
    request->name_length = 0;
  }
  if (mostly(from, 3)) {
    request->handle = handles[(bench_random(from) >> 8) % 16];
  }
  if (mostly(from, 3)) {
    request->peer = (uint32_t)((bench_random(from) >> 8) % 4);
    request->key = (bench_random(from) >> 8) % 8;
  }
  if (mostly(from, 2)) {
    request->size = 1 + (bench_random(from) >> 8) % (8 * IVC_PAGE);
  }
  if (mostly(from, 3)) {
    request->layout &= 1;
    request->sections = (uint32_t)((bench_random(from) >> 8) % 4);
    request->section_size = 1 + (bench_random(from) >> 8) % (2 * IVC_PAGE);
  }
  if (known_count > 0 && mostly(from, 2)) {
    const struct ivc_entry *entry = &known[(bench_random(from) >> 8) % known_count];
    request->peer = entry->publisher;
    request->key = entry->key;
    if (mostly(from, 2)) {
      request->name_length = (uint32_t)strlen(entry->name);
      memcpy(request->name, entry->name, IVC_NAME_MAX);
    }
  }
}

static bool is_name(const struct ivc_request *answer) {
  bool good = answer->name_length <= IVC_NAME_MAX;
  for (uint32_t i = 0; good && i < answer->name_length; i++) {
    char c = answer->name[i];
    char lower = c | 0x20;
    good = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  }
  return good;
}

// Checks that a joined channel lies in the window, in whole pages, and can be loaded from.
static bool is_channel(const struct ivc_request *answer) {
  bool placed = answer->handle != 0 && answer->size > 0 && answer->size % IVC_PAGE == 0 &&
                answer->offset >= IVC_MAILBOX_SIZE && answer->offset % IVC_PAGE == 0 &&
                answer->offset <= ivc.window_size &&
                answer->size <= ivc.window_size - answer->offset;
  // The second hart may have left the channel by now.
  bool mapped = placed && (disturbed || (answer->access & IVC_ACCESS_LOAD) == 0 ||
                           (probe_load((uint64_t)ivc.window + answer->offset).count == 0 &&
                            probe_load((uint64_t)ivc.window + answer->offset + answer->size - 1)
                                    .count == 0));
  return mapped && answer->generation != 0 && is_name(answer) && answer->layout <= IVC_SECTIONED &&
         answer->access <= (IVC_ACCESS_LOAD | IVC_ACCESS_STORE) &&
         answer->sections <= IVC_SECTIONS_MAX && answer->state >= IVC_LIVE &&
         answer->state <= IVC_WITHDRAWN;
}

static bool is_answer(uint32_t operation, const struct ivc_request *answer) {
  if (answer->operation != operation || answer->status >= IVC_STATUSES) {
    return false;
  }
  if (answer->status != IVC_DONE) {
    return true;
  }
  switch (operation) {
    case IVC_PUBLISH:
    case IVC_SUBSCRIBE:
      return is_channel(answer);
    case IVC_LOOK_UP:
    case IVC_LIST:
      return is_name(answer) && answer->generation != 0 && answer->peer != 0;
    case IVC_NEXT_EVENT:
      return answer->event >= IVC_PEER_JOINED && answer->event <= IVC_EVENT_LOST;
    case IVC_PEERS:
      return answer->peer != 0;
    default:
      return operation <= IVC_PEERS;
  }
}

static void count_status(uint32_t status) {
  counts[status < IVC_STATUSES ? status : IVC_STATUSES]++;
}

static void make_request(void) {
  struct ivc_request request;
  random_request(&request, &state);
  uint32_t operation = request.operation;
  uint32_t number = (uint32_t)(bench_random(&state) % IVC_SLOTS);
  volatile uint8_t *slot = ivc.window + number * IVC_SLOT_SIZE;
  bool private = !disturbed || number >= SHARED_SLOTS;
  memcpy((void *)slot, &request, IVC_SLOT_READ);
  asm volatile("fence rw, o" : : : "memory");
  ivc_set_register(IVC_REG_REQUEST, number);
  asm volatile("fence o, rw" : : : "memory");
  memcpy(&request, (void *)slot, IVC_SLOT_READ);
  if (!private) {
    return;
  }
  count_status(request.status);
  if (!is_answer(operation, &request)) {
    if (malformed++ < 5) {
      print("ivc-fuzz: malformed: operation %u, status %u, handle %u, peer %u, size 0x%lx, "
            "offset 0x%lx, event %u, state %u\n",
            operation, request.status, request.handle, request.peer, request.size, request.offset,
            request.event, request.state);
    }
  } else if (request.status == IVC_DONE && request.handle != 0) {
    handles[bench_random(&state) % 16] = request.handle;
  }
}

// Makes a random access to a random register. REQUEST gets only numbers below `slots`.
static void touch_register(uint64_t *from, uint32_t slots) {
  uint64_t pick = bench_random(from);
  uint64_t value = random_number(from);
  unsigned offset = pick % 4 == 0 ? (pick >> 8) % 4096 : (pick >> 8) % 16 * 4;
  unsigned width = 1u << (pick >> 24) % 4;
  bool load = (pick >> 32) % 2 == 0;
  offset &= ~(width - 1);
  if (!load && offset <= IVC_REG_REQUEST && offset + width > IVC_REG_REQUEST) {
    value = value % 8 == 0 ? value | slots << 1 : value % slots;
  }
  volatile uint8_t *at = ivc.registers + offset;
  switch (width << 1 | load) {
    case 1 << 1 | 1:
      (void)*at;
      break;
    case 1 << 1:
      *at = (uint8_t)value;
      break;
    case 2 << 1 | 1:
      (void)*(volatile uint16_t *)at;
      break;
    case 2 << 1:
      *(volatile uint16_t *)at = (uint16_t)value;
      break;
    case 4 << 1 | 1:
      (void)*(volatile uint32_t *)at;
      break;
    case 4 << 1:
      *(volatile uint32_t *)at = (uint32_t)value;
      break;
    case 8 << 1 | 1:
      (void)*(volatile uint64_t *)at;
      break;
    default:
      *(volatile uint64_t *)at = value;
  }
}

static void make_hypercall(void) {
  static volatile uint64_t scratch[4];
  const uint64_t addresses[] = {
      (uint64_t)scratch, (uint64_t)(scratch + 1), (uint64_t)scratch + 4, 0, UINT64_MAX - 7,
      BOARD_RAM + fdt_memory_size() - 4, BOARD_RAM + fdt_memory_size(), BOARD_UART, BOARD_FINISHER,
      (uint64_t)ivc.window, (uint64_t)ivc.window + IVC_MAILBOX_SIZE, (uint64_t)ivc.registers};
  const uint64_t many = sizeof addresses / sizeof addresses[0];
  uint64_t pick = bench_random(&state);
  uint64_t code = pick % 16 == 0 ? random_number(&state) : (pick >> 8) % 8;
  uint64_t key = mostly(&state, 3) ? (pick >> 16) % 8 : random_number(&state);
  uint64_t peer = mostly(&state, 3) ? (pick >> 20) % 4 : random_number(&state);
  scratch[0] = random_number(&state);
  scratch[1] = random_number(&state);
  uint64_t first = addresses[(pick >> 24) % many];
  uint64_t second = addresses[(pick >> 32) % many];
  long result = code == HVC_PUBLISH ? hvc_call(code, key, first, second, 0)
                                    : hvc_call(code, peer, key, first, second);
  if (result != 0 && result != -1 && malformed++ < 5) {
    print("ivc-fuzz: hypercall %lu answered %ld\n", code, result);
  }
}

static void disturb(uint64_t seed) {
  uint64_t from = seed ^ 0x5eed5eed5eed5eed;
  while (!atomic_load_explicit(&over, memory_order_relaxed)) {
    volatile uint64_t *words = (volatile uint64_t *)ivc.window;
    for (unsigned i = 0; i < 64; i++) {
      words[bench_random(&from) % (SHARED_SLOTS * IVC_SLOT_SIZE / 8)] = random_number(&from);
    }
    struct ivc_request request;
    random_request(&request, &from);
    memcpy((void *)(ivc.window + bench_random(&from) % SHARED_SLOTS * IVC_SLOT_SIZE), &request,
           IVC_SLOT_READ);
    touch_register(&from, SHARED_SLOTS);
  }
}

// Lists the channels that can be joined now.
static void list_channels(void) {
  uint64_t cursor = 0;
  enum ivc_status status;
  known_count = 0;
  while (known_count < 8 && ((status = ivc_list(&cursor, &known[known_count])) == IVC_DONE ||
                             status == IVC_AGAIN)) {
    known_count += status == IVC_DONE;
  }
}

static void run(unsigned number) {
  if (number == 1) {
    disturb(state);
    return;
  }
  for (uint64_t i = 0; i < count; i++) {
    if (!disturbed && i % 64 == 0) {
      list_channels();
    }
    switch (bench_random(&state) % 16) {
      case 0:
        touch_register(&state, disturbed ? SHARED_SLOTS : IVC_SLOTS);
        break;
      case 1:
        make_hypercall();
        break;
      default:
        make_request();
    }
  }
  atomic_store(&over, true);
}

int main(void) {
  count = command_line_number("n", 10000);
  uint64_t seed = command_line_number("seed", 1);
  state = bench_mix(seed, 0x70726f6265) | 1;
  const char *why = ivc_open();
  if (why != NULL) {
    print("ivc-fuzz: %s\n", why);
    return 1;
  }
  disturbed = harts_count() > 1;
  list_channels();
  print("ivc-fuzz: %lu requests, seed %lu, %s, %u channels known\n", count, seed,
        disturbed ? "disturbed by a second hart" : "one hart", known_count);
  harts_run(disturbed ? 2 : 1, run);
  print("ivc-fuzz:");
  for (unsigned i = 0; i <= IVC_STATUSES; i++) {
    if (counts[i] != 0) {
      print(" %s %lu,", ivc_status_name(i), counts[i]);
    }
  }
  print(" malformed %lu\n", malformed);
  return malformed == 0 ? 0 : 1;
}
