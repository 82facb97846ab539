// SPDX-License-Identifier: Apache-2.0

// What busybox cannot put a Linux guest through: threads on different harts that wake each other by
// futexes, faults that a handler mends, timers that interrupt arithmetic. Prints the same on every
// machine that is right.

#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 3000
#define PAGE 4096
#define PAGES 512

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn;

static void stay_on_hart(long n) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(n % sysconf(_SC_NPROCESSORS_ONLN), &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// Two threads, each waiting for the other ROUNDS times.
static void *play(void *side) {
  int me = (int)(intptr_t)side;
  stay_on_hart(me);
  for (int i = 0; i < ROUNDS; i++) {
    pthread_mutex_lock(&lock);
    while (turn % 2 != me) {
      pthread_cond_wait(&turned, &lock);
    }
    turn++;
    pthread_cond_signal(&turned);
    pthread_mutex_unlock(&lock);
  }
  return 0;
}

static _Atomic long sum;
static long guarded;

// Atomics, and a lock that many threads want at once.
static void *add(void *thread) {
  stay_on_hart((intptr_t)thread);
  for (int i = 0; i < 20000; i++) {
    atomic_fetch_add(&sum, i);
    if (i % 16 == 0) {
      pthread_mutex_lock(&lock);
      guarded++;
      pthread_mutex_unlock(&lock);
    }
  }
  return 0;
}

// The same sum in every thread, whatever comes in between.
static void *compute(void *result) {
  double x = 0;
  for (int i = 1; i < 60000; i++) {
    x += fma(sqrt(i), 1.0 / i, (float)i / 3);
  }
  *(double *)result = x;
  return 0;
}

static volatile sig_atomic_t alarms;

static void on_alarm(int signal) {
  volatile double scratch = signal;
  scratch = sqrt(scratch) * 1.5; // uses registers that the interrupted code uses
  alarms = alarms + 1;
}

static sigjmp_buf escape;
static volatile int *volatile nowhere = (int *)16;
static char *mended;

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)context;
  if (signal == SIGSEGV && (char *)info->si_addr >= mended &&
      (char *)info->si_addr < mended + PAGES * PAGE) {
    char *page = (char *)((uintptr_t)info->si_addr & -(uintptr_t)PAGE);
    mprotect(page, PAGE, PROT_READ | PROT_WRITE);
    return;
  }
  siglongjmp(escape, signal);
}

static void run(void *(*body)(void *), int threads) {
  pthread_t all[16];
  for (intptr_t i = 0; i < threads; i++) {
    pthread_create(&all[i], 0, body, (void *)i);
  }
  for (int i = 0; i < threads; i++) {
    pthread_join(all[i], 0);
  }
}

static void faults(void) {
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGILL, &action, 0);
  mended = mmap(0, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < PAGES; i++) {
    mended[i * PAGE + i] = (char)i;
  }
  long total = 0;
  for (int i = 0; i < PAGES * PAGE; i++) {
    total += (unsigned char)mended[i];
  }
  printf("pages mended: %ld\n", total);
  int signal = sigsetjmp(escape, 1);
  if (signal == 0) {
    *nowhere = 1;
  }
  printf("store to nowhere: signal %d\n", signal);
  signal = sigsetjmp(escape, 1);
  if (signal == 0) {
    __asm__ volatile(".word 0");
  }
  printf("no instruction: signal %d\n", signal);
}

static void copies(void) {
  char *shared = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  long mine = 1;
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    if (child == 0) {
      memset(mended, i, PAGES * PAGE); // a copy of each page, for this child alone
      mine += i;
      shared[i] = (char)(mine + mended[PAGE * i]);
      _exit(0);
    }
    waitpid(child, 0, 0);
  }
  int total = 0;
  for (int i = 0; i < 20; i++) {
    total += shared[i];
  }
  printf("children: %d, their parent: %ld %d\n", total, mine, mended[PAGE + 1]);
}

int main(void) {
  puts("== threads");
  run(play, 2);
  printf("turns: %d\n", turn);
  run(add, 8);
  printf("sums: %ld %ld\n", atomic_load(&sum), guarded);

  // Restarting, or an alarm ends a write to a terminal that is full and the line is lost.
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, 0);
  struct itimerval often = {{0, 2000}, {0, 2000}};
  setitimer(ITIMER_REAL, &often, 0);
  double results[4];
  pthread_t all[4];
  for (int i = 0; i < 4; i++) {
    pthread_create(&all[i], 0, compute, &results[i]);
  }
  for (int i = 0; i < 4; i++) {
    pthread_join(all[i], 0);
    printf("computed: %.17g\n", results[i]);
  }
  while (alarms < 5) {
    pause();
  }
  memset(&often, 0, sizeof often);
  setitimer(ITIMER_REAL, &often, 0);
  puts("alarms: enough");

  faults();
  copies();
  return 0;
}
