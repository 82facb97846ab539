// SPDX-License-Identifier: Apache-2.0
#pragma once

// The device tree, as far as guests read it (Devicetree Specification 0.4, chapter 5).

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One property, and the node it stands in. `node` and `parent` are names with their unit addresses.
struct fdt_property {
  const char *node;
  const char *parent;
  uint32_t node_offset;  // tells two nodes of one name apart
  const char *name;
  const uint8_t *value;
  uint32_t length;
};

// A position in the tree: start from {0}, then ask for one property after the other.
struct fdt_cursor {
  uint32_t offset;
  uint32_t depth;
  const char *names[16];
  uint32_t node_offsets[16];
};

// Takes the tree that later calls read. A blob without the magic number counts as an empty tree.
void fdt_open(const void *blob);

bool fdt_next(struct fdt_cursor *cursor, struct fdt_property *property);

// The first property `name` in a node `node`, whose unit address does not count.
bool fdt_find(const char *node, const char *name, struct fdt_property *property);

// That property as text; NULL where there is none.
const char *fdt_string(const char *node, const char *name);

// Cell `index` of a property; 0 past its end.
uint32_t fdt_cell(const struct fdt_property *property, uint32_t index);

// True for a node called `name` or `name@...`.
bool fdt_named(const char *node, const char *name);

// Bytes of RAM.
uint64_t fdt_memory_size(void);
