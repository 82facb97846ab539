// SPDX-License-Identifier: Apache-2.0

// Words that change between two looks: a length fetched twice, a seqlock without its second check,
// and an ABA in a free list.

#include "bugs.h"

#define ROOM 64
#define MUCH 200

struct parcel {
  _Alignas(64) uint32_t length;
  _Alignas(64) uint8_t bytes[256];
};

// A peer that changes its mind, or is hostile.
static int change_length(const struct ivc_channel *channel) {
  volatile struct parcel *parcel = BUG_MEMORY(struct parcel, channel);
  for (uint64_t i = 0; i < 10 * bug_rounds; i++) {
    parcel->length = ROOM;
    parcel->length = MUCH;
  }
  return 0;
}

static int copy_by_length(const struct ivc_channel *channel) {
  volatile struct parcel *parcel = BUG_MEMORY(struct parcel, channel);
  static struct {
    uint8_t bytes[ROOM];
    uint8_t behind[256];
  } copy;
  for (uint64_t i = 0; i < bug_rounds; i++) {
    volatile uint8_t *to = copy.bytes;
    copy.behind[0] = 0x5a;
    uint32_t length = parcel->length;
    if (length <= ROOM) {
      // BUG: the length that is checked is not the one that is used. The repair uses the copy.
      uint32_t used = bug_fixed ? length : parcel->length;
      for (uint32_t k = 0; k < used; k++) {
        to[k] = parcel->bytes[k];
      }
    }
    if (copy.behind[0] != 0x5a) {
      return bug_noticed("a byte behind the buffer has changed in round %lu\n", i);
    }
  }
  return 0;
}

const struct bug double_fetch = {"double-fetch", change_length, copy_by_length};

struct pair {
  _Alignas(64) uint32_t sequence;  // odd while the pair changes
  _Alignas(64) uint32_t x;
  _Alignas(64) uint32_t y;
};

static int change_pair(const struct ivc_channel *channel) {
  volatile struct pair *pair = BUG_MEMORY(struct pair, channel);
  for (uint32_t i = 1; i <= bug_rounds; i++) {
    pair->sequence = 2 * i - 1;
    asm volatile("fence w, w" : : : "memory");
    pair->x = i;
    pair->y = i;
    asm volatile("fence w, w" : : : "memory");
    pair->sequence = 2 * i;
  }
  return 0;
}

static int read_pair(const struct ivc_channel *channel) {
  volatile struct pair *pair = BUG_MEMORY(struct pair, channel);
  for (uint64_t i = 0; i < bug_rounds; i++) {
    uint32_t before;
    uint32_t x;
    uint32_t y;
    do {
      do {
        before = pair->sequence;
      } while ((before & 1) != 0);
      asm volatile("fence r, r" : : : "memory");
      x = pair->x;
      y = pair->y;
      asm volatile("fence r, r" : : : "memory");
      // BUG: nobody looks whether the pair has changed meanwhile.
    } while (bug_fixed && pair->sequence != before);
    if (x != y) {
      return bug_noticed("x is %u, and y is %u\n", x, y);
    }
  }
  return 0;
}

const struct bug seqlock = {"seqlock", change_pair, read_pair};

#define NODES 3
#define TAG 0x100  // what the repair counts above the number of a node

struct free_list {
  _Alignas(64) uint32_t head;  // number of the first node, 0: none; above it, the repair's tag
  _Alignas(64) uint32_t next[NODES + 1];
  _Alignas(64) uint32_t owner[NODES + 1];
  _Alignas(64) uint32_t ready;
};

static uint32_t tagged(uint32_t old, uint32_t node) {
  return bug_fixed ? (old & -TAG) + TAG + node : node;
}

// GCC 12 takes the fence in front of a compare-and-exchange from the order of its failure. So it
// leaves the release of an __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE out, which `explore` has found.
static bool compare_exchange(volatile uint32_t *word, uint32_t *expected, uint32_t wanted) {
  return __atomic_compare_exchange_n(word, expected, wanted, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
}

// Returns a node, or 0 if there is none.
static uint32_t pop(volatile struct free_list *list) {
  uint32_t head = __atomic_load_n(&list->head, __ATOMIC_ACQUIRE);
  uint32_t next;
  do {
    if (head % TAG == 0) {
      return 0;
    }
    next = list->next[head % TAG];
    // BUG: the head can be the same node again, with another one behind it. The repair has a tag.
  } while (!compare_exchange(&list->head, &head, tagged(head, next)));
  return head % TAG;
}

static void push(volatile struct free_list *list, uint32_t node) {
  uint32_t head = __atomic_load_n(&list->head, __ATOMIC_ACQUIRE);
  do {
    list->next[node] = head % TAG;
  } while (!compare_exchange(&list->head, &head, tagged(head, node)));
}

static int borrow(volatile struct free_list *list, uint32_t *node) {
  *node = pop(list);
  if (*node != 0 && __atomic_exchange_n(&list->owner[*node], ivc.vm, __ATOMIC_ACQ_REL) != 0) {
    return bug_noticed("node %u belongs to two\n", *node);
  }
  return 0;
}

static void give_back(volatile struct free_list *list, uint32_t node) {
  if (node != 0) {
    __atomic_store_n(&list->owner[node], 0, __ATOMIC_RELEASE);
    push(list, node);
  }
}

static int use_list(volatile struct free_list *list) {
  for (uint64_t i = 0; i < bug_rounds; i++) {
    uint32_t first;
    uint32_t second;
    if (borrow(list, &first) != 0 || borrow(list, &second) != 0) {
      return 1;
    }
    give_back(list, first);
    give_back(list, second);
  }
  return 0;
}

static int make_list(const struct ivc_channel *channel) {
  volatile struct free_list *list = BUG_MEMORY(struct free_list, channel);
  for (uint32_t node = 1; node <= NODES; node++) {
    push(list, node);
  }
  __atomic_store_n(&list->ready, 1, __ATOMIC_RELEASE);
  return use_list(list);
}

static int find_list(const struct ivc_channel *channel) {
  volatile struct free_list *list = BUG_MEMORY(struct free_list, channel);
  while (__atomic_load_n(&list->ready, __ATOMIC_ACQUIRE) == 0) {
  }
  return use_list(list);
}

const struct bug aba = {"aba", make_list, find_list};
