// SPDX-License-Identifier: Apache-2.0
#pragma once

// A PCI function that a process drives through Linux's uio_pci_generic
// (Documentation/driver-api/uio-howto.rst in Linux, "Generic PCI UIO driver"): BARs by the files
// resource0 and so on in sysfs, interrupts by /dev/uioN. One process at a time.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uio_device {
  int uio;     // /dev/uioN: readable when an interrupt has come
  int config;  // configuration space
  uint16_t command;
  bool masked;  // the kernel has masked the interrupt when it came
  volatile void *registers;  // BAR 0
  volatile void *window;     // BAR 2
  size_t registers_size;
  size_t window_size;
};

// Finds the function, binds uio_pci_generic to it where nothing else is, maps its BARs, and sets Bus
// Master Enable, which the kernel clears when the process closes the device or ends, however it
// ends. NULL, or one line that says what is wrong and what to do; it stays until the next call.
const char *uio_open(struct uio_device *device, uint16_t vendor, uint16_t id);

void uio_close(struct uio_device *device);

// Lets the interrupt through again. If the device's line is high then, the interrupt comes at once.
void uio_unmask(struct uio_device *device);

// Takes the interrupts that have come; to be called when `uio` is readable.
void uio_take(struct uio_device *device);
