// SPDX-License-Identifier: Apache-2.0
#pragma once

// PCI functions on bus 0 of the board's ECAM bridge (PCI Express Base Specification, 7.2.2), for
// guests that use the BARs as they are assigned.

#include <stdbool.h>
#include <stdint.h>

struct pci_function {
  volatile uint8_t *config;  // its 4 KiB of configuration space
  unsigned device;           // its number on the bus
};

// Finds the first function with these ids. Returns false if there is none.
bool pci_find(uint16_t vendor, uint16_t device, struct pci_function *found);

// Returns the address of BAR `number` (0 to 5). A 64-bit BAR has the number of its low half.
// Returns 0 if the BAR is not memory or not assigned.
uint64_t pci_bar(const struct pci_function *function, unsigned number);

// Returns the PLIC source of the function's INTx pin, as the bridge routes it; 0 if it has no pin.
unsigned pci_interrupt(const struct pci_function *function);
