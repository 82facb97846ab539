// SPDX-License-Identifier: Apache-2.0
#pragma once

// A PCI function that a process drives through Linux's uio_pci_generic
// (Documentation/driver-api/uio-howto.rst in Linux, "Generic PCI UIO driver"). The files resource0
// and so on in sysfs are its BARs; /dev/uioN delivers its interrupts. One process at a time.

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

// Finds the function, binds uio_pci_generic to it if it has no driver, maps its BARs, and sets Bus
// Master Enable. The kernel clears Bus Master Enable when the process closes the device or ends in
// any way. Returns NULL, or one line with the problem and the remedy. The line stays valid until
// the next call.
const char *uio_open(struct uio_device *device, uint16_t vendor, uint16_t id);

void uio_close(struct uio_device *device);

// Unmasks the interrupt. If the device's line is high, the interrupt comes at once.
void uio_unmask(struct uio_device *device);

// Takes the interrupts that have come. Call it when `uio` is readable.
void uio_take(struct uio_device *device);
