// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
  const char *file;            // NULL: standard output
  int fd;                      // -1: not open yet
  bool renames;                // the file is a regular one
  bool replaces;               // it exists
  mode_t mode;                 // its permissions then
  char target[PATH_MAX];       // the file, without links
  char temporary[PATH_MAX];    // "": there is none
} output = {.fd = STDOUT_FILENO};

// Async-signal-safe.
static void remove_temporary(void) {
  if (output.temporary[0] != 0) {
    unlink(output.temporary);
  }
}

static void end_by(int signal_number) {
  remove_temporary();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

int output_to(const char *file) {
  struct stat status;
  output.file = file;
  if (file == NULL) {
    return 0;
  }
  output.fd = -1;
  if (stat(file, &status) != 0) {
    if (errno != ENOENT) {
      return errno;
    }
    output.renames = true;
    if (snprintf(output.target, sizeof output.target, "%s", file) >= PATH_MAX) {
      return ENAMETOOLONG;
    }
  } else {
    if (S_ISDIR(status.st_mode)) {
      return EISDIR;
    }
    output.renames = output.replaces = S_ISREG(status.st_mode);
    output.mode = status.st_mode & 07777;
    if (access(file, W_OK) != 0 || realpath(file, output.target) == NULL) {
      return errno;
    }
  }
  if (!output.renames) {
    return 0;
  }
  char directory[PATH_MAX];
  const char *slash = strrchr(output.target, '/');
  int length = slash == NULL ? 0 : (int)(slash - output.target) + 1;
  snprintf(directory, sizeof directory, "%.*s.", length, output.target);
  return access(directory, W_OK | X_OK) == 0 ? 0 : errno;
}

const char *output_called(void) { return output.file != NULL ? output.file : "standard output"; }

static int open_temporary(void) {
  static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
  const char *slash = strrchr(output.target, '/');
  int length = slash == NULL ? 0 : (int)(slash - output.target) + 1;
  char name[PATH_MAX];
  if (snprintf(name, sizeof name, "%.*s.received-%d", length, output.target, (int)getpid()) >=
      PATH_MAX) {
    return ENAMETOOLONG;
  }
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    if (signal(signals[i], end_by) == SIG_IGN) {
      signal(signals[i], SIG_IGN);
    }
  }
  unlink(name);  // of a killed process that had this number
  output.fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (output.fd < 0) {
    return errno;
  }
  strcpy(output.temporary, name);
  atexit(remove_temporary);
  return output.replaces && fchmod(output.fd, output.mode) != 0 ? errno : 0;
}

static int make_open(void) {
  if (output.fd >= 0) {
    return 0;
  }
  if (output.renames) {
    return open_temporary();
  }
  output.fd = open(output.file, O_WRONLY | O_CLOEXEC);
  return output.fd >= 0 ? 0 : errno;
}

int output_write(const void *bytes, size_t length) {
  int error = make_open();
  for (const char *at = bytes; error == 0 && length > 0;) {
    ssize_t written = write(output.fd, at, length);
    if (written >= 0) {
      at += written;
      length -= (size_t)written;
    } else if (errno == EAGAIN) {
      struct pollfd file = {.fd = output.fd, .events = POLLOUT};
      poll(&file, 1, -1);
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  return error;
}

int output_end(void) {
  int error = make_open();
  if (error != 0 || output.file == NULL) {
    return error;
  }
  // Not every file system has something to sync.
  if (output.renames && fsync(output.fd) != 0 && errno != EINVAL) {
    return errno;
  }
  if (close(output.fd) != 0) {
    return errno;
  }
  if (output.renames) {
    if (rename(output.temporary, output.target) != 0) {
      return errno;
    }
    output.temporary[0] = 0;
  }
  return 0;
}
