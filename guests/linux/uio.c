// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "uio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices"
#define DRIVER "/sys/bus/pci/drivers/uio_pci_generic"

enum { COMMAND = 4, COMMAND_MEMORY = 1 << 1, COMMAND_MASTER = 1 << 2, COMMAND_NO_INTX = 1 << 10 };

static char problem[256];

__attribute__((format(printf, 1, 2))) static const char *fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(problem, sizeof problem, format, arguments);
  va_end(arguments);
  return problem;
}

static const char *fail_at(const char *path) {
  if (errno == EACCES || errno == EPERM) {
    return fail("%s: %s; only root may drive a device: run this as root", path, strerror(errno));
  }
  return fail("%s: %s", path, strerror(errno));
}

// Reads a number in a file like DEVICES/0000:00:01.0/vendor; -1 if there is none.
static long number_in(const char *address, const char *file) {
  char path[PATH_MAX];
  char text[16] = "";
  snprintf(path, sizeof path, DEVICES "/%s/%s", address, file);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return -1;
  }
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  return length > 0 ? strtol(text, NULL, 0) : -1;
}

// Finds the function's name in sysfs, like 0000:00:01.0.
static const char *find(uint16_t vendor, uint16_t id, char address[NAME_MAX + 1]) {
  DIR *all = opendir(DEVICES);
  if (all == NULL) {
    return fail(DEVICES ": %s; is sysfs mounted on /sys?", strerror(errno));
  }
  bool found = false;
  for (struct dirent *each; !found && (each = readdir(all)) != NULL;) {
    found = number_in(each->d_name, "vendor") == vendor && number_in(each->d_name, "device") == id;
    if (found) {
      snprintf(address, NAME_MAX + 1, "%s", each->d_name);
    }
  }
  closedir(all);
  return found ? NULL
               : fail("no PCI device %04x:%04x here: only a VM of a topology of Tombolo has it", vendor, id);
}

static int write_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) {
    return -1;
  }
  ssize_t written = write(fd, text, strlen(text));
  int error = errno;
  close(fd);
  errno = error;
  return written < 0 ? -1 : 0;
}

// Returns the name of the function's driver; "" if it has none.
static void driver_of(const char *address, char name[NAME_MAX + 1]) {
  char path[PATH_MAX];
  char target[PATH_MAX];
  snprintf(path, sizeof path, DEVICES "/%s/driver", address);
  ssize_t length = readlink(path, target, sizeof target - 1);
  target[length < 0 ? 0 : length] = 0;
  const char *slash = strrchr(target, '/');
  snprintf(name, NAME_MAX + 1, "%.255s", slash == NULL ? target : slash + 1);
}

static const char *bind(const char *address, uint16_t vendor, uint16_t id) {
  char driver[NAME_MAX + 1];
  driver_of(address, driver);
  if (driver[0] == 0) {
    if (access(DRIVER, F_OK) != 0) {
      return fail(
          "the kernel's module uio_pci_generic is not loaded: modprobe uio_pci_generic, or "
          "insmod uio.ko and then uio_pci_generic.ko");
    }
    char ids[16];
    snprintf(ids, sizeof ids, "%04x %04x", vendor, id);
    // Adding a new id binds the functions that have it. Adding a known id does not; then the
    // address does.
    if (write_text(DRIVER "/new_id", ids) != 0 && errno != EEXIST) {
      return fail_at(DRIVER "/new_id");
    }
    driver_of(address, driver);
    if (driver[0] == 0 && write_text(DRIVER "/bind", address) != 0 && errno != EBUSY) {
      return fail_at(DRIVER "/bind");
    }
    driver_of(address, driver);
  }
  if (strcmp(driver, "uio_pci_generic") != 0) {
    return fail("%s has the driver %s: echo %s > " DEVICES "/%s/driver/unbind", address, driver,
                address, address);
  }
  return NULL;
}

static const char *open_uio(struct uio_device *device, const char *address) {
  char path[PATH_MAX];
  char node[NAME_MAX + 6] = "";
  snprintf(path, sizeof path, DEVICES "/%s/uio", address);
  DIR *all = opendir(path);
  for (struct dirent *each; all != NULL && (each = readdir(all)) != NULL;) {
    if (strncmp(each->d_name, "uio", 3) == 0) {
      snprintf(node, sizeof node, "/dev/%s", each->d_name);
    }
  }
  if (all != NULL) {
    closedir(all);
  }
  if (node[0] == 0) {
    return fail("%s has no uio device", path);
  }
  device->uio = open(node, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (device->uio < 0) {
    return errno == ENOENT ? fail("%s: no such file; is devtmpfs mounted on /dev?", node)
                           : fail_at(node);
  }
  return NULL;
}

static const char *map(const char *address, int bar, volatile void **memory, size_t *size) {
  char path[PATH_MAX];
  struct stat status;
  snprintf(path, sizeof path, DEVICES "/%s/resource%d", address, bar);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &status) != 0) {
    return fail_at(path);
  }
  *size = (size_t)status.st_size;
  void *mapped = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  int error = errno;
  close(fd);
  if (mapped == MAP_FAILED) {
    errno = error;
    return fail_at(path);
  }
  *memory = mapped;
  return NULL;
}

// Locks the function for this process. The first process that asks takes a bell or an event, so two
// would take each other's. This comes before /dev/uioN is opened, because the kernel clears Bus
// Master Enable whenever one of the processes that have opened it closes it.
static const char *lock(struct uio_device *device, const char *address) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, DEVICES "/%s/config", address);
  device->config = open(path, O_RDWR | O_CLOEXEC);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (device->config < 0) {
    return fail_at(path);
  }
  if (fcntl(device->config, F_SETLK, &lock) != 0) {
    int error = errno;
    if (fcntl(device->config, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
      return fail("process %d has the device %s; one process at a time can", (int)lock.l_pid,
                  address);
    }
    errno = error;
    return fail_at(path);
  }
  return NULL;
}

// First without Bus Master Enable: the device then forgets what an earlier process may have left
// there.
static const char *take_over(struct uio_device *device) {
  int config = device->config;
  bool done = pread(config, &device->command, 2, COMMAND) == 2;
  device->command = (device->command | COMMAND_MEMORY | COMMAND_NO_INTX) & ~COMMAND_MASTER;
  done = done && pwrite(config, &device->command, 2, COMMAND) == 2;
  device->command |= COMMAND_MASTER;
  done = done && pwrite(config, &device->command, 2, COMMAND) == 2;
  device->command &= ~COMMAND_NO_INTX;
  device->masked = true;
  return done ? NULL : fail_at("its configuration space");
}

const char *uio_open(struct uio_device *device, uint16_t vendor, uint16_t id) {
  char address[NAME_MAX + 1];
  *device = (struct uio_device){.uio = -1, .config = -1};
  const char *wrong = find(vendor, id, address);
  wrong = wrong != NULL ? wrong : bind(address, vendor, id);
  wrong = wrong != NULL ? wrong : lock(device, address);
  wrong = wrong != NULL ? wrong : open_uio(device, address);
  wrong = wrong != NULL ? wrong : take_over(device);
  wrong = wrong != NULL ? wrong : map(address, 0, &device->registers, &device->registers_size);
  wrong = wrong != NULL ? wrong : map(address, 2, &device->window, &device->window_size);
  if (wrong != NULL) {
    uio_close(device);
  }
  return wrong;
}

void uio_close(struct uio_device *device) {
  if (device->registers != NULL) {
    munmap((void *)device->registers, device->registers_size);
  }
  if (device->window != NULL) {
    munmap((void *)device->window, device->window_size);
  }
  if (device->uio >= 0) {
    close(device->uio);
  }
  // Release the lock last: closing /dev/uioN takes the device away from any process that holds it.
  if (device->config >= 0) {
    close(device->config);
  }
  *device = (struct uio_device){.uio = -1, .config = -1};
}

void uio_unmask(struct uio_device *device) {
  if (device->masked) {
    device->masked = false;
    // If this fails, no interrupt comes, and a waiting caller notices by its time-out.
    (void)!pwrite(device->config, &device->command, 2, COMMAND);
  }
}

void uio_take(struct uio_device *device) {
  int32_t count;
  if (read(device->uio, &count, sizeof count) == sizeof count) {
    device->masked = true;
  }
}
