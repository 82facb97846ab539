// SPDX-License-Identifier: Apache-2.0
#pragma once

// The device tree, as far as guests read it (Devicetree Specification 0.4, chapter 5).

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One property and its node. `node` and `parent` are names with their unit addresses.
struct fdt_property {
  const char *node;
  const char *parent;
  uint32_t node_offset;  // distinguishes two nodes with the same name
  const char *name;
  const uint8_t *value;
  uint32_t length;
};

// A position in the tree. Start from {0}, then ask for one property after the other.
struct fdt_cursor {
  uint32_t offset;
  uint32_t depth;
  const char *names[16];
  uint32_t node_offsets[16];
};

// Sets the tree that later calls read. A blob without the magic number counts as an empty tree.
void fdt_open(const void *blob);

bool fdt_next(struct fdt_cursor *cursor, struct fdt_property *property);

// Returns the first property `name` in a node `node`. The node's unit address is ignored.
bool fdt_find(const char *node, const char *name, struct fdt_property *property);

// Returns that property as text; NULL if there is none.
const char *fdt_string(const char *node, const char *name);

// Returns cell `index` of a property; 0 past its end.
uint32_t fdt_cell(const struct fdt_property *property, uint32_t index);

// Returns whether the node is called `name` or `name@...`.
bool fdt_named(const char *node, const char *name);

// Returns the bytes of RAM.
uint64_t fdt_memory_size(void);
