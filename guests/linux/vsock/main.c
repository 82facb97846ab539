// SPDX-License-Identifier: Apache-2.0

// vsock-send and vsock-recv send a file through a plain AF_VSOCK socket (man 7 vsock). Nothing here
// knows of Tombolo.

#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

enum { DONE = 0, FAILED = 1, USAGE = 2, TIME_OUT = 124 };

static const char send_help[] =
    "usage: vsock-send [--timeout SECONDS] CID PORT [FILE]\n"
    "Sends a file, or standard input, to the program that listens at a port of a VM, or of the host\n"
    "(CID 2).\n"
    "\n"
    "  -t, --timeout SECONDS  how long to try until somebody listens (default: 30)\n"
    "  -h, --help             print this help\n"
    "\n"
    "Exit status: 0 the other side has taken everything; 1 the connection failed; 2 an argument is\n"
    "invalid; 124 nobody listened in time.\n";

static const char receive_help[] =
    "usage: vsock-recv [-o FILE] PORT\n"
    "Waits for one connection at a port, and writes what it receives to a file or to standard output.\n"
    "\n"
    "  -o, --output FILE      the file to write: it is there, or replaced, when all of it has arrived\n"
    "  -h, --help             print this help\n"
    "\n"
    "Exit status: 0 the other side has ended the connection; 1 the connection failed; 2 an argument\n"
    "is invalid.\n";

static const struct option options[] = {
    {"timeout", required_argument, NULL, 't'},
    {"output", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *program = "vsock";

static char buffer[256 << 10];

__attribute__((noreturn, format(printf, 2, 3))) static void end_with(int status,
                                                                     const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", program);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(status);
}

static uint32_t number(const char *what, const char *text) {
  char *end;
  errno = 0;
  unsigned long value = strtoul(text, &end, 0);
  if (end == text || *end != 0 || errno != 0 || *text == '-' || value > UINT32_MAX) {
    end_with(USAGE, "%s: not a %s; it is a number up to %u", text, what, UINT32_MAX);
  }
  return (uint32_t)value;
}

static int open_file(const char *name) {
  int file = open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    end_with(USAGE, "%s: %s", name, strerror(errno));
  }
  return file;
}

static int new_socket(void) {
  int made = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) {
    end_with(FAILED, "no vsock here: %s; are the modules vsock and vmw_vsock_virtio_transport loaded?",
             strerror(errno));
  }
  return made;
}

// Reads into the buffer; returns 0 at the end. Standard input may be non-blocking: it is waited for.
static size_t read_some(int from, const char *name) {
  ssize_t count;
  while ((count = read(from, buffer, sizeof buffer)) < 0) {
    struct pollfd file = {.fd = from, .events = POLLIN};
    if (errno == EAGAIN) {
      poll(&file, 1, -1);
    } else if (errno != EINTR) {
      end_with(FAILED, "%s: %s", name, strerror(errno));
    }
  }
  return (size_t)count;
}

static void write_all(int connection, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t written = write(connection, buffer + done, length - done);
    if (written >= 0) {
      done += (size_t)written;
    } else if (errno != EINTR) {
      end_with(FAILED, "the connection: %s", strerror(errno));
    }
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// A peer that is not ready yet refuses, or does not answer.
static int connect_within(const struct sockaddr_vm *peer, uint32_t seconds) {
  double start = now();
  while (true) {
    int connection = new_socket();
    if (connect(connection, (const struct sockaddr *)peer, sizeof *peer) == 0) {
      return connection;
    }
    bool later = errno == ECONNRESET || errno == ECONNREFUSED || errno == ETIMEDOUT;
    if (!later || now() - start >= seconds) {
      end_with(later ? TIME_OUT : FAILED, "CID %u, port %u: %s", peer->svm_cid, peer->svm_port,
               strerror(errno));
    }
    close(connection);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
  }
}

static int send_file(int count, char **arguments, uint32_t seconds) {
  if (count < 2 || count > 3) {
    end_with(USAGE, "wrong number of arguments: give a CID, a port and optionally a file; see --help");
  }
  struct sockaddr_vm peer = {
      .svm_family = AF_VSOCK,
      .svm_cid = number("CID", arguments[0]),
      .svm_port = number("port", arguments[1]),
  };
  const char *name = count == 3 ? arguments[2] : "standard input";
  int file = count == 3 ? open_file(name) : STDIN_FILENO;
  int connection = connect_within(&peer, seconds);
  for (size_t count; (count = read_some(file, name)) > 0;) {
    write_all(connection, count);
  }
  shutdown(connection, SHUT_WR);
  // The other side ends the connection when it has read everything.
  if (read(connection, buffer, 1) < 0) {
    end_with(FAILED, "the connection: %s", strerror(errno));
  }
  return DONE;
}

static int receive_file(int count, char **arguments, const char *output) {
  if (count != 1) {
    end_with(USAGE, "wrong number of arguments: give one port; see --help");
  }
  int error = output_to(output);
  if (error != 0) {
    end_with(USAGE, "%s: %s", output_called(), strerror(error));
  }
  struct sockaddr_vm here = {
      .svm_family = AF_VSOCK,
      .svm_cid = VMADDR_CID_ANY,
      .svm_port = number("port", arguments[0]),
  };
  int listener = new_socket();
  if (bind(listener, (const struct sockaddr *)&here, sizeof here) != 0 ||
      listen(listener, 1) != 0) {
    end_with(FAILED, "port %u: %s", here.svm_port, strerror(errno));
  }
  int connection = accept(listener, NULL, NULL);
  if (connection < 0) {
    end_with(FAILED, "port %u: %s", here.svm_port, strerror(errno));
  }
  double start = now();
  uint64_t bytes = 0;
  for (size_t count; error == 0 && (count = read_some(connection, "the connection")) > 0;) {
    error = output_write(buffer, count);
    bytes += count;
  }
  error = error != 0 ? error : output_end();
  if (error != 0) {
    end_with(FAILED, "%s: %s", output_called(), strerror(error));
  }
  double took = now() - start;
  fprintf(stderr, "%s: received %llu bytes in %.2f s, %.1f MiB/s\n", program,
          (unsigned long long)bytes, took, (double)bytes / 1048576 / took);
  return DONE;
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN); // a reader that has gone is reported like any other failure
  const char *slash = strrchr(arguments[0], '/');
  program = slash == NULL ? arguments[0] : slash + 1;
  bool sends = strcmp(program, "vsock-send") == 0;
  if (!sends && strcmp(program, "vsock-recv") != 0) {
    end_with(USAGE, "unknown program name: link this file as vsock-send and as vsock-recv");
  }
  uint32_t seconds = 30;
  const char *output = NULL;
  opterr = 0;
  for (int letter;
       (letter = getopt_long(count, arguments, sends ? "t:h" : "o:h", options, NULL)) != -1;) {
    if (letter == 'h') {
      fputs(sends ? send_help : receive_help, stdout);
      return fflush(stdout) == 0 ? DONE : FAILED;
    } else if (letter == 't' && sends) {
      seconds = number("time in seconds", optarg);
    } else if (letter == 'o' && !sends) {
      output = optarg;
    } else {
      end_with(USAGE, "%s: no such option, or its value is missing; see --help",
               arguments[optind - 1]);
    }
  }
  return sends ? send_file(count - optind, arguments + optind, seconds)
               : receive_file(count - optind, arguments + optind, output);
}
