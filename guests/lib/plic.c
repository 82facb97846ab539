// SPDX-License-Identifier: Apache-2.0
#include "plic.h"

#include "board.h"
#include "csr.h"
#include "fdt.h"
#include "finish.h"
#include "harts.h"
#include "text.h"

static volatile uint32_t *plic_word(uint64_t offset) {
  return (volatile uint32_t *)(BOARD_PLIC + offset);
}

// Returns the phandle of this hart's own interrupt controller, a node inside its cpu node.
static uint32_t hart_controller(void) {
  struct fdt_cursor cursor = {0};
  struct fdt_property property;
  uint64_t hart = UINT64_MAX;
  while (fdt_next(&cursor, &property)) {
    if (fdt_named(property.node, "cpu") && strcmp(property.name, "reg") == 0) {
      hart = fdt_cell(&property, property.length / 4 - 1);
    }
    if (hart == this_hart()->id && fdt_named(property.parent, "cpu") &&
        strcmp(property.name, "phandle") == 0) {
      return fdt_cell(&property, 0);
    }
  }
  panic("the device tree has no interrupt controller for this hart");
}

// Returns this hart's S-mode context: the index of (controller, 9) in the PLIC's
// interrupts-extended. The PLIC is the node that has riscv,ndev.
static uint64_t find_context(void) {
  uint32_t controller = hart_controller();
  struct fdt_property plic;
  struct fdt_cursor cursor = {0};
  struct fdt_property property;
  bool found = false;
  while (!found && fdt_next(&cursor, &plic)) {
    found = strcmp(plic.name, "riscv,ndev") == 0;
  }
  cursor = (struct fdt_cursor){0};
  while (found && fdt_next(&cursor, &property)) {
    if (property.node_offset == plic.node_offset &&
        strcmp(property.name, "interrupts-extended") == 0) {
      for (uint32_t i = 0; i < property.length / 8; i++) {
        if (fdt_cell(&property, 2 * i) == controller &&
            fdt_cell(&property, 2 * i + 1) == INTERRUPT_EXTERNAL) {
          return i;
        }
      }
    }
  }
  panic("the device tree has no PLIC context for this hart");
}

static uint64_t context(void) {
  static uint64_t known[BOARD_MAX_HARTS];  // 0: not looked up yet
  uint64_t *mine = &known[this_hart()->id];
  if (*mine == 0) {
    *mine = find_context() + 1;
  }
  return *mine - 1;
}

static volatile uint32_t *enable_word(unsigned source) {
  return plic_word(0x2000 + context() * 0x80 + source / 32 * 4);
}

void plic_enable(unsigned source) {
  *plic_word(source * 4ul) = 1;
  *enable_word(source) |= 1u << source % 32;
  plic_set_threshold(0);
}

void plic_disable(unsigned source) { *enable_word(source) &= ~(1u << source % 32); }

void plic_set_threshold(uint32_t threshold) {
  *plic_word(0x200000 + context() * 0x1000) = threshold;
}

unsigned plic_claim(void) { return *plic_word(0x200004 + context() * 0x1000); }

void plic_complete(unsigned source) { *plic_word(0x200004 + context() * 0x1000) = source; }
