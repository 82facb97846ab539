// SPDX-License-Identifier: Apache-2.0
#pragma once

// PCI functions on bus 0 of the board's ECAM bridge (PCI Express Base Specification, 7.2.2), as far
// as a guest needs them that takes the BARs as they come.

#include <stdbool.h>
#include <stdint.h>

struct pci_function {
  volatile uint8_t *config;  // its 4 KiB of configuration space
  unsigned device;           // its number on the bus
};

// The first function with these ids. False where there is none.
bool pci_find(uint16_t vendor, uint16_t device, struct pci_function *found);

// Where BAR `number` (0 to 5) lies; of a 64-bit one the number is its low half's. 0 where the BAR
// is no memory or not assigned.
uint64_t pci_bar(const struct pci_function *function, unsigned number);

// The PLIC source of the function's INTx pin, as the bridge routes it; 0 where it has no pin.
unsigned pci_interrupt(const struct pci_function *function);
