// SPDX-License-Identifier: Apache-2.0
#include "pci.h"

#include "board.h"

enum { ID = 0x00, BARS = 0x10, INTERRUPT_PIN = 0x3d };

#define BAR_IO (1u << 0)
#define BAR_TYPE (3u << 1)
#define BAR_64 (2u << 1)

static uint32_t config_word(const struct pci_function *function, unsigned offset) {
  return *(volatile uint32_t *)(function->config + offset);
}

bool pci_find(uint16_t vendor, uint16_t device, struct pci_function *found) {
  for (unsigned number = 0; number < 32; number++) {
    struct pci_function here = {(volatile uint8_t *)BOARD_PCI_CONFIG + (number << 15), number};
    if (config_word(&here, ID) == ((uint32_t)device << 16 | vendor)) {
      *found = here;
      return true;
    }
  }
  return false;
}

uint64_t pci_bar(const struct pci_function *function, unsigned number) {
  uint32_t low = config_word(function, BARS + 4 * number);
  if ((low & BAR_IO) != 0) {
    return 0;
  }
  uint64_t high = 0;
  if ((low & BAR_TYPE) == BAR_64 && number < 5) {
    high = config_word(function, BARS + 4 * (number + 1));
  }
  return high << 32 | (low & ~0xfu);
}

unsigned pci_interrupt(const struct pci_function *function) {
  unsigned pin = function->config[INTERRUPT_PIN];  // A is 1
  return pin == 0 ? 0 : BOARD_PCI_INTERRUPT + (function->device + pin - 1) % 4;
}
