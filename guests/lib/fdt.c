// SPDX-License-Identifier: Apache-2.0
#include "fdt.h"

#include "text.h"

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4 };

static const uint8_t *blob;
static uint32_t structure;
static uint32_t strings;

static uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

void fdt_open(const void *tree) {
  const uint8_t *bytes = tree;
  if (big_endian(bytes) == 0xd00dfeed) {
    blob = bytes;
    structure = big_endian(bytes + 8);
    strings = big_endian(bytes + 12);
  }
}

bool fdt_next(struct fdt_cursor *cursor, struct fdt_property *property) {
  if (blob == NULL) {
    return false;
  }
  const uint8_t *base = blob + structure;
  for (;;) {
    uint32_t at = cursor->offset;
    switch (big_endian(base + at)) {
      case BEGIN_NODE: {
        const char *name = (const char *)base + at + 4;
        if (cursor->depth == 16) {
          return false;
        }
        cursor->names[cursor->depth] = name;
        cursor->node_offsets[cursor->depth++] = at;
        cursor->offset = at + 4 + (((uint32_t)strlen(name) + 4) & ~3u);
        break;
      }
      case END_NODE:
        cursor->depth--;
        cursor->offset = at + 4;
        break;
      case NOP:
        cursor->offset = at + 4;
        break;
      case PROPERTY: {
        uint32_t length = big_endian(base + at + 4);
        uint32_t depth = cursor->depth;
        *property = (struct fdt_property){
            .node = cursor->names[depth - 1],
            .parent = depth > 1 ? cursor->names[depth - 2] : "",
            .node_offset = cursor->node_offsets[depth - 1],
            .name = (const char *)blob + strings + big_endian(base + at + 8),
            .value = base + at + 12,
            .length = length,
        };
        cursor->offset = at + 12 + ((length + 3) & ~3u);
        return true;
      }
      default:
        return false;  // the end
    }
  }
}

bool fdt_named(const char *node, const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < length; i++) {
    if (node[i] != name[i]) {
      return false;
    }
  }
  return node[length] == 0 || node[length] == '@';
}

bool fdt_find(const char *node, const char *name, struct fdt_property *property) {
  struct fdt_cursor cursor = {0};
  while (fdt_next(&cursor, property)) {
    if (fdt_named(property->node, node) && strcmp(property->name, name) == 0) {
      return true;
    }
  }
  return false;
}

const char *fdt_string(const char *node, const char *name) {
  struct fdt_property property;
  return fdt_find(node, name, &property) ? (const char *)property.value : NULL;
}

uint32_t fdt_cell(const struct fdt_property *property, uint32_t index) {
  return index * 4 + 4 <= property->length ? big_endian(property->value + index * 4) : 0;
}

uint64_t fdt_memory_size(void) {
  struct fdt_property reg;
  if (!fdt_find("memory", "reg", &reg)) {
    return 0;
  }
  return (uint64_t)fdt_cell(&reg, 2) << 32 | fdt_cell(&reg, 3);
}
