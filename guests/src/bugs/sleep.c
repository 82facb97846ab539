// SPDX-License-Identifier: Apache-2.0

// Bugs of sides that sleep: a lost wake-up, and two that wait for each other's doorbell.

#include "bugs.h"

static uint32_t load(const volatile uint32_t *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

struct mailbox {
  _Alignas(64) uint32_t ready;  // one: the number of the latest letter
  _Alignas(64) uint32_t asleep;  // two
  _Alignas(64) uint32_t taken;  // two: the number of the latest letter that it has
};

static int post(const struct ivc_channel *channel) {
  volatile struct mailbox *box = BUG_MEMORY(struct mailbox, channel);
  for (uint32_t i = 1; i <= bug_rounds; i++) {
    __atomic_store_n(&box->ready, i, __ATOMIC_SEQ_CST);
    atomic_thread_fence(memory_order_seq_cst);
    if (load(&box->asleep)) {
      ivc_ring(channel);
    }
    while (load(&box->taken) != i) {
      ivc_wait(channel, IVC_BY_INTERRUPT, NEVER);
    }
  }
  return 0;
}

static int collect(const struct ivc_channel *channel) {
  volatile struct mailbox *box = BUG_MEMORY(struct mailbox, channel);
  for (uint32_t i = 1; i <= bug_rounds; i++) {
    while (load(&box->ready) != i) {
      box->asleep = 1;
      atomic_thread_fence(memory_order_seq_cst);
      // BUG: a letter that came before `asleep` was set rings no bell. The repair looks again.
      if (!bug_fixed || load(&box->ready) != i) {
        ivc_wait(channel, IVC_BY_INTERRUPT, NEVER);
      }
      box->asleep = 0;
    }
    __atomic_store_n(&box->taken, i, __ATOMIC_RELEASE);
    ivc_ring(channel);
  }
  return 0;
}

const struct bug lost_wakeup = {"lost-wakeup", post, collect};

struct locks {
  _Alignas(64) uint32_t left;
  _Alignas(64) uint32_t right;
  _Alignas(64) uint32_t uses;
};

static void lock(const struct ivc_channel *channel, volatile uint32_t *word) {
  while (__atomic_exchange_n(word, 1, __ATOMIC_ACQUIRE) != 0) {
    ivc_wait(channel, IVC_BY_INTERRUPT, NEVER);  // each unlock rings
  }
}

static void unlock(const struct ivc_channel *channel, volatile uint32_t *word) {
  __atomic_store_n(word, 0, __ATOMIC_RELEASE);
  ivc_ring(channel);
}

static int use_both(
    const struct ivc_channel *channel, volatile uint32_t *first, volatile uint32_t *second) {
  volatile struct locks *locks = BUG_MEMORY(struct locks, channel);
  for (uint64_t i = 0; i < bug_rounds; i++) {
    lock(channel, first);
    lock(channel, second);
    locks->uses = locks->uses + 1;
    unlock(channel, second);
    unlock(channel, first);
  }
  return 0;
}

static int left_then_right(const struct ivc_channel *channel) {
  volatile struct locks *locks = BUG_MEMORY(struct locks, channel);
  return use_both(channel, &locks->left, &locks->right);
}

static int right_then_left(const struct ivc_channel *channel) {
  // BUG: each side can hold one lock and wait for the other's. The repair has one order.
  volatile struct locks *locks = BUG_MEMORY(struct locks, channel);
  return bug_fixed ? left_then_right(channel) : use_both(channel, &locks->right, &locks->left);
}

const struct bug crossed_bells = {"crossed-bells", left_then_right, right_then_left};
