// SPDX-License-Identifier: Apache-2.0
// Processes that keep values in all vector registers while the kernel switches between them and
// interrupts them by signals, whose handler overwrites all vector registers.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 6
#define ROUNDS 60
#define TICKS 50000 // of 100 ns: longer than a slice of the scheduler
#define REGISTERS 32
#define MAX_VLENB 256

static volatile sig_atomic_t signals;

static void overwrite(int number) {
  (void)number;
  signals++;
  asm volatile(
      ".option push\n.option arch, +v\n"
      "vsetvli t0, zero, e8, m8, ta, ma\n"
      "vmv.v.i v0, -1\nvmv.v.i v8, -1\nvmv.v.i v16, -1\nvmv.v.i v24, -1\n"
      "csrwi vcsr, 7\n"
      ".option pop" ::: "t0", "memory");
}

// Loads all registers, waits in user mode, and stores them. Returns vl, vtype and vcsr in one.
static long hold(const unsigned char *in, unsigned char *out, long vl, long vtype, long vcsr) {
  long before, after;
  asm volatile(
      ".option push\n.option arch, +v\n"
      "csrr t0, vlenb\n slli t0, t0, 3\n"
      "mv t1, %[in]\n"
      "vl8re8.v v0, (t1)\n add t1, t1, t0\n vl8re8.v v8, (t1)\n add t1, t1, t0\n"
      "vl8re8.v v16, (t1)\n add t1, t1, t0\n vl8re8.v v24, (t1)\n"
      "vsetvl zero, %[vl], %[vtype]\n"
      "csrw vcsr, %[vcsr]\n"
      "rdtime t2\n add t2, t2, %[ticks]\n"
      "1: rdtime t1\n bltu t1, t2, 1b\n"
      "csrr t1, vl\n slli t1, t1, 8\n csrr t2, vtype\n add t1, t1, t2\n"
      "slli t1, t1, 4\n csrr t2, vcsr\n add %[after], t1, t2\n"
      "mv t1, %[out]\n"
      "vs8r.v v0, (t1)\n add t1, t1, t0\n vs8r.v v8, (t1)\n add t1, t1, t0\n"
      "vs8r.v v16, (t1)\n add t1, t1, t0\n vs8r.v v24, (t1)\n"
      ".option pop"
      : [after] "=&r"(after)
      : [in] "r"(in), [out] "r"(out), [vl] "r"(vl), [vtype] "r"(vtype), [vcsr] "r"(vcsr),
        [ticks] "r"((long)TICKS)
      : "t0", "t1", "t2", "memory");
  before = (((vl << 8) + vtype) << 4) + vcsr;
  return after ^ before;
}

static long vlenb(void) {
  long bytes;
  asm volatile(".option push\n.option arch, +v\ncsrr %0, vlenb\n.option pop" : "=r"(bytes));
  return bytes;
}

static int process(int number) {
  static unsigned char in[REGISTERS * MAX_VLENB], out[REGISTERS * MAX_VLENB];
  long bytes = REGISTERS * vlenb();
  struct itimerval often = {{0, 3000}, {0, 3000}};
  signal(SIGALRM, overwrite);
  setitimer(ITIMER_REAL, &often, NULL);
  srand(number);
  for (int round = 0; round < ROUNDS; round++) {
    for (long i = 0; i < bytes; i++) {
      in[i] = rand();
    }
    // LMUL 2 and SEW 16, and a vl that it has.
    if (hold(in, out, rand() % 16, 0x09, rand() % 8) != 0) {
      printf("process %d: vl, vtype or vcsr has changed\n", number);
      return 1;
    }
    for (long i = 0; i < bytes; i++) {
      if (in[i] != out[i]) {
        printf("process %d: byte %ld has changed\n", number, i);
        return 1;
      }
    }
  }
  if (signals < ROUNDS / 2) {
    printf("process %d: only %d signals\n", number, (int)signals);
    return 1;
  }
  return 0;
}

int main(void) {
  if ((getauxval(AT_HWCAP) >> ('v' - 'a') & 1) == 0) {
    puts("the kernel offers no vectors");
    return 1;
  }
  for (int i = 0; i < PROCESSES; i++) {
    if (fork() == 0) {
      exit(process(i));
    }
  }
  int right = 0;
  for (int i = 0; i < PROCESSES; i++) {
    int status;
    wait(&status);
    right += status == 0;
  }
  printf("vectors of %ld bytes: %d of %d processes kept theirs\n", vlenb(), right, PROCESSES);
  return 0;
}
