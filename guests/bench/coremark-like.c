// SPDX-License-Identifier: Apache-2.0

// A mix in the spirit of CoreMark, not its code: a linked list is shuffled, searched and
// merge-sorted; small matrices of 16-bit integers are multiplied; a state machine classifies words
// of text; a bitwise CRC-16 runs over every result.

#include "bench.h"

#include <stddef.h>

#define NODES 128
#define SIZE 10

static uint16_t crc16(uint16_t crc, uint16_t value) {
  for (int bit = 0; bit < 16; bit++) {
    bool carry = ((crc ^ value) & 1) != 0;
    crc >>= 1;
    value >>= 1;
    if (carry) {
      crc ^= 0xa001;
    }
  }
  return crc;
}

struct node {
  struct node *next;
  uint16_t key;
  uint16_t data;
};

static struct node nodes[NODES];

static struct node *make_list(uint64_t *random) {
  for (unsigned i = 0; i < NODES; i++) {
    uint64_t value = bench_random(random);
    nodes[i] = (struct node){i + 1 < NODES ? &nodes[i + 1] : NULL, (uint16_t)value,
                             (uint16_t)(value >> 16)};
  }
  return nodes;
}

static struct node *merge(struct node *left, struct node *right) {
  struct node head;
  struct node *tail = &head;
  while (left != NULL && right != NULL) {
    struct node **from = left->key <= right->key ? &left : &right;
    tail = tail->next = *from;
    *from = (*from)->next;
  }
  tail->next = left != NULL ? left : right;
  return head.next;
}

static struct node *sort(struct node *list, unsigned length) {
  if (length < 2) {
    return list;
  }
  struct node *last = list;
  for (unsigned i = 1; i < length / 2; i++) {
    last = last->next;
  }
  struct node *rest = last->next;
  last->next = NULL;
  return merge(sort(list, length / 2), sort(rest, length - length / 2));
}

static struct node *reverse(struct node *list) {
  struct node *reversed = NULL;
  while (list != NULL) {
    struct node *next = list->next;
    list->next = reversed;
    reversed = list;
    list = next;
  }
  return reversed;
}

static unsigned find(const struct node *list, uint16_t key) {
  unsigned steps = 0;
  while (list != NULL && list->key != key) {
    list = list->next;
    steps++;
  }
  return steps;
}

static uint16_t list_work(uint16_t crc, uint64_t *random, bool *correct) {
  struct node *list = reverse(make_list(random));
  for (unsigned i = 0; i < 8; i++) {
    crc = crc16(crc, (uint16_t)find(list, nodes[i * NODES / 8].key));
  }
  list = sort(list, NODES);
  unsigned length = 1;
  for (const struct node *node = list; node->next != NULL; node = node->next, length++) {
    *correct &= node->key <= node->next->key;
    if (length % 8 == 0) {
      crc = crc16(crc, node->data);
    }
  }
  *correct &= length == NODES;
  return crc;
}

static uint16_t matrix_work(uint16_t crc, uint64_t *random) {
  static int16_t a[SIZE][SIZE], b[SIZE][SIZE];
  for (int i = 0; i < SIZE; i++) {
    for (int j = 0; j < SIZE; j++) {
      a[i][j] = (int16_t)bench_random(random);
      b[i][j] = (int16_t)(a[i][j] + i - j);
    }
  }
  for (int i = 0; i < SIZE; i++) {
    uint32_t row = 0;
    for (int j = 0; j < SIZE; j++) {
      int32_t sum = 0;
      for (int k = 0; k < SIZE; k++) {
        int32_t product = a[i][k] * b[k][j];
        sum += (product >> 2 & 15) * (product >> 5 & 127);
      }
      row += (uint32_t)sum;
    }
    crc = crc16(crc, (uint16_t)row);
  }
  return crc;
}

enum state { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, WORD, STATES };

static enum state step(enum state state, char c) {
  bool digit = c >= '0' && c <= '9';
  switch (state) {
    case START:
      return digit ? INTEGER : c == '-' || c == '+' ? SIGN : c == '.' ? POINT : WORD;
    case SIGN:
      return digit ? INTEGER : c == '.' ? POINT : WORD;
    case INTEGER:
      return digit ? INTEGER : c == '.' ? FRACTION : c == 'e' ? EXPONENT : WORD;
    case POINT:
      return digit ? FRACTION : WORD;
    case FRACTION:
      return digit ? FRACTION : c == 'e' ? EXPONENT : WORD;
    case EXPONENT:
      return digit ? EXPONENT : WORD;
    default:
      return WORD;
  }
}

static uint16_t text_work(uint16_t crc, bool *correct) {
  static const char text[] =
      "12 -7 3.25 .5 hello 1e9 +44 6.02e23 -x 0.0 99999 world 2..5 - 17 3e 8.e2 tombolo 31 .e";
  unsigned counts[STATES] = {0};
  enum state state = START;
  for (const char *c = text;; c++) {
    if (*c == ' ' || *c == 0) {
      counts[state]++;
      state = START;
      if (*c == 0) {
        break;
      }
    } else {
      state = step(state, *c);
    }
  }
  unsigned words = 0;
  for (unsigned i = 0; i < STATES; i++) {
    crc = crc16(crc, (uint16_t)counts[i]);
    words += counts[i];
  }
  *correct &= words == 20 && counts[WORD] == 6 && counts[INTEGER] == 6;
  return crc;
}

int main(void) {
  uint64_t rounds = bench_begin("coremark-like", 12000);
  uint64_t random = 1;
  uint64_t checksum = 0;
  bool correct = true;
  uint16_t crc = 0;
  for (uint64_t round = 0; round < rounds; round++) {
    crc = list_work(crc, &random, &correct);
    crc = matrix_work(crc, &random);
    crc = text_work(crc, &correct);
    checksum = bench_mix(checksum, crc);
  }
  return bench_end(checksum, correct);
}
