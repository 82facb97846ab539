// SPDX-License-Identifier: Apache-2.0

// glutton makes the host remember as much as it can, until it is killed: decoded code, connections,
// packets, open files, channels, watches, console output, accesses where nothing answers. Each part
// is a process, so that one that the host cuts off does not hold up the others. docs/security.md
// lists the bounds that they fill; the benchmark "siege" runs it beside VMs that behave.
//
// Command line: glutton CODERS HOST_PORT DISK FOLDER. CODERS processes fill decoded code. DISK is a
// block device, FOLDER a directory of the host. Prints "glutton: full" once each part has filled its
// bound once. A part that cannot says why, and ends all with status 1.

#define _GNU_SOURCE  // O_DIRECT

#include "tombolo.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/if_packet.h>
#include <linux/vm_sockets.h>

enum { PAGE = 4096, CODE_PAGES = 64, CONNECTIONS = 600, FILES = 300 };

// Shared with all parts: how many have filled their bound once.
static atomic_int *full;

static void filled_once(const char *part, bool *before) {
  if (!*before) {
    *before = true;
    atomic_fetch_add(full, 1);
    fprintf(stderr, "\nglutton: %s: full\n", part);  // behind whatever line is being printed
  }
}

static void complain(const char *part) {
  fprintf(stderr, "\nglutton: %s: %s\n", part, strerror(errno));
}

// Enters each page of code at every even offset, so that the host decodes 2,048 blocks a page.
static void eat_code(void) {
  uint16_t *code = mmap(NULL, CODE_PAGES * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code == MAP_FAILED) {
    complain("code");
    return;
  }
  enum { HALVES = PAGE / 2, NOP = 0x0001, RET = 0x8082 };
  for (unsigned i = 0; i < CODE_PAGES * HALVES; i++) {
    code[i] = i % HALVES == HALVES - 1 ? RET : NOP;
  }
  __builtin___clear_cache((char *)code, (char *)(code + CODE_PAGES * HALVES));
  for (bool full_once = false;; filled_once("code", &full_once)) {
    for (unsigned i = 0; i < CODE_PAGES * HALVES; i++) {
      ((void (*)(void))(code + i))();
    }
  }
}

// Connects to a listener of the host that reads nothing, and to ports where nobody listens; sends
// as much as goes without waiting. Begins anew once it may have no more connections.
static void eat_connections(unsigned port) {
  static int sockets[CONNECTIONS];
  static char data[64 << 10];
  for (bool full_once = false;; filled_once("connections", &full_once)) {
    unsigned open = 0;
    for (unsigned i = 0; i < CONNECTIONS; i++) {
      int made = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
      if (made < 0) {
        break;
      }
      struct sockaddr_vm address = {
          .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = port + (i % 8 == 7)};
      connect(made, (struct sockaddr *)&address, sizeof address);
      sockets[open++] = made;
    }
    if (open == 0) {
      complain("connections");
      return;
    }
    for (unsigned round = 0; round < 20; round++) {
      for (unsigned i = 0; i < open; i++) {
        while (send(sockets[i], data, sizeof data, MSG_NOSIGNAL) > 0) {
        }
      }
      usleep(20000);
    }
    while (open > 0) {
      close(sockets[--open]);
    }
  }
}

// Sends frames to everybody and to addresses that nobody has, from its own address and from others.
static void eat_frames(void) {
  int wire = socket(AF_PACKET, SOCK_RAW, 0);
  struct ifreq card = {.ifr_name = "eth0"};
  if (wire < 0 || ioctl(wire, SIOCGIFINDEX, &card) < 0) {
    complain("frames");
    return;
  }
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = card.ifr_ifindex, .sll_halen = 6};
  unsigned char frame[1514] = {0};
  if (ioctl(wire, SIOCGIFHWADDR, &card) == 0) {
    memcpy(frame + 6, card.ifr_hwaddr.sa_data, 6);
  }
  bool full_once = false;
  for (uint32_t i = 0;; i++) {
    memset(frame, i % 4 == 0 ? 0xff : (int)(i & 0xfe), 6);
    frame[11] ^= i % 16 == 5; // now and then another VM's
    sendto(wire, frame, sizeof frame, 0, (struct sockaddr *)&to, sizeof to);
    frame[11] ^= i % 16 == 5;
    if (i == 2000) {
      filled_once("frames", &full_once);
    }
  }
}

// Opens files of the host's folder until it may have no more.
static void eat_files(const char *folder) {
  static int files[FILES];
  for (bool full_once = false;; filled_once("files", &full_once)) {
    unsigned open_files = 0;
    for (unsigned i = 0; i < FILES; i++) {
      char path[256];
      snprintf(path, sizeof path, "%s/glutton-%u", folder, i);
      int made = open(path, O_CREAT | O_RDWR, 0600);
      if (made < 0) {
        break;
      }
      files[open_files++] = made;
    }
    if (open_files == 0) {
      complain("files");
      return;
    }
    while (open_files > 0) {
      close(files[--open_files]);
    }
  }
}

// Publishes as many channels as its quota holds, watches, asks for what it was not granted, and
// withdraws all.
static void eat_channels(void) {
  const char *wrong = tombolo_open();
  if (wrong != NULL) {
    fprintf(stderr, "\nglutton: channels: %s\n", wrong);
    return;
  }
  static struct ivc_channel channels[64];
  for (bool full_once = false;; filled_once("channels", &full_once)) {
    unsigned published = 0;
    while (published < 64 &&
           ivc_publish(NULL, 1000 + published, PAGE, &channels[published]) == IVC_DONE) {
      published++;
    }
    if (published == 0) {
      fprintf(stderr, "\nglutton: channels: none can be published\n");
      return;
    }
    for (unsigned i = 0; i < 2000; i++) {
      ivc_watch(NULL, 1 + i % 8, i);
      struct ivc_channel refused;
      ivc_subscribe(1 + i % 8, i, &refused);
      ivc_ring(&channels[i % published]);
    }
    while (published > 0) {
      ivc_unpublish(channels[--published].handle);
    }
  }
}

// Prints lines without end to the console, of which some look like a panic of the kernel.
static void eat_output(void) {
  static char line[6000];
  memset(line, 'x', sizeof line - 1);
  bool full_once = false;
  for (unsigned i = 0;; i++) {
    if (i % 2 == 0) {
      printf("Kernel panic - not syncing: panic %u\n", i);
    } else {
      printf("\033[2J%s%u\n", line, i);
    }
    fflush(stdout);
    if (i == 100) {
      filled_once("output", &full_once);
    }
  }
}

// Writes the disk from its beginning to its end, past the kernel's cache.
static void eat_disk(const char *disk) {
  enum { PIECE = 1 << 20 };
  void *piece = aligned_alloc(PAGE, PIECE);
  int file = open(disk, O_RDWR | O_DIRECT);
  if (piece == NULL || file < 0) {
    complain(disk);
    return;
  }
  memset(piece, 0x5a, PIECE);
  for (bool full_once = false;; filled_once("disk", &full_once)) {
    off_t at = 0;
    while (pwrite(file, piece, PIECE, at) == PIECE) {
      at += PIECE;
    }
    if (at == 0) {
      complain(disk);
      return;
    }
    fsync(file);
  }
}

static sigjmp_buf after_fault;

static void on_fault(int signal) { siglongjmp(after_fault, signal); }

// Stores where nothing answers.
static void eat_faults(void) {
  static bool full_once;
  int memory = open("/dev/mem", O_RDWR);
  volatile uint8_t *nowhere = memory < 0 ? MAP_FAILED
                                         : mmap(NULL, 256 * PAGE, PROT_READ | PROT_WRITE,
                                                MAP_SHARED, memory, 0x50000000);
  if (nowhere == MAP_FAILED) {
    complain("/dev/mem");
    return;
  }
  signal(SIGBUS, on_fault);
  signal(SIGSEGV, on_fault);
  volatile unsigned page = 0;
  for (;;) {
    if (sigsetjmp(after_fault, 1) == 0) {
      nowhere[PAGE * (page % 256)] = 1;
    }
    if (++page == 1000) {
      filled_once("faults", &full_once);
    }
  }
}

// Starts a part, which ends with this process. Returns true in the part.
static bool start(void) {
  pid_t child = fork();
  if (child < 0) {
    complain("fork");
  } else if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
  }
  return child == 0;
}

int main(int count, char **words) {
  if (count != 5) {
    fprintf(stderr, "usage: glutton CODERS HOST_PORT DISK FOLDER\n");
    return 2;
  }
  int coders = atoi(words[1]);
  struct rlimit files = {4096, 4096};
  setrlimit(RLIMIT_NOFILE, &files);
  full = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (full == MAP_FAILED) {
    complain("memory");
    return 1;
  }
  static void (*const parts[])(void) = {eat_frames, eat_channels, eat_output, eat_faults};
  int started = 0;
  for (int i = 0; i < coders; i++, started++) {
    if (start()) {
      eat_code();
      return 1;
    }
  }
  for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++, started++) {
    if (start()) {
      parts[i]();
      return 1;
    }
  }
  if (start()) {
    eat_connections((unsigned)atoi(words[2]));
    return 1;
  }
  if (start()) {
    eat_disk(words[3]);
    return 1;
  }
  if (start()) {
    eat_files(words[4]);
    return 1;
  }
  started += 3;
  for (bool told = false; waitpid(-1, NULL, WNOHANG) == 0; usleep(100000)) {
    if (!told && atomic_load(full) == started) {
      told = true;
      printf("\nglutton: full\n");
      fflush(stdout);
    }
  }
  fprintf(stderr, "\nglutton: a part has ended\n");
  return 1;
}
