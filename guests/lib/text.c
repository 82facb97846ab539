// SPDX-License-Identifier: Apache-2.0
#include "text.h"

#include "harts.h"
#include "vectors.h"

#include <stdint.h>

// Words may alias anything here.
typedef uint64_t __attribute__((may_alias)) word;

bool text_uses_vectors;

// Not in a trap handler, which could interrupt a copy: nothing saves vector registers. And not in
// user mode, where tp is 0.
static bool vectors_are_worthwhile(size_t size) {
  return size >= VECTORS_WORTHWHILE && text_uses_vectors && this_hart() != NULL &&
         this_hart()->traps == 0;
}

static size_t to_alignment(const void *pointer) { return -(uintptr_t)pointer & 7; }

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  unsigned char *t = to;
  const unsigned char *f = from;
  if (vectors_are_worthwhile(size)) {
    vectors_copy(to, from, size);
    return to;
  }
  if ((((uintptr_t)t ^ (uintptr_t)f) & 7) == 0 && size >= 16) {
    for (size_t n = to_alignment(t); n > 0; n--, size--) {
      *t++ = *f++;
    }
    for (; size >= 64; size -= 64, t += 64, f += 64) {
      const word *w = (const word *)f;
      word a = w[0], b = w[1], c = w[2], d = w[3], e = w[4], g = w[5], h = w[6], i = w[7];
      word *v = (word *)t;
      v[0] = a, v[1] = b, v[2] = c, v[3] = d, v[4] = e, v[5] = g, v[6] = h, v[7] = i;
    }
    for (; size >= 8; size -= 8, t += 8, f += 8) {
      *(word *)t = *(const word *)f;
    }
  }
  while (size-- > 0) {
    *t++ = *f++;
  }
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  unsigned char *t = to;
  const unsigned char *f = from;
  if ((uintptr_t)t - (uintptr_t)f >= size) {
    return memcpy(to, from, size);
  }
  // The target begins inside the source: copy from the end.
  if ((((uintptr_t)t ^ (uintptr_t)f) & 7) == 0) {
    for (; size > 0 && ((uintptr_t)(t + size) & 7) != 0; size--) {
      t[size - 1] = f[size - 1];
    }
    for (; size >= 8; size -= 8) {
      *(word *)(t + size - 8) = *(const word *)(f + size - 8);
    }
  }
  for (; size > 0; size--) {
    t[size - 1] = f[size - 1];
  }
  return to;
}

void *memset(void *to, int byte, size_t size) {
  unsigned char *t = to;
  if (vectors_are_worthwhile(size)) {
    vectors_fill(to, byte, size);
    return to;
  }
  if (size >= 16) {
    for (size_t n = to_alignment(t); n > 0; n--, size--) {
      *t++ = (unsigned char)byte;
    }
    word value = (unsigned char)byte * 0x0101010101010101ul;
    for (; size >= 32; size -= 32, t += 32) {
      word *v = (word *)t;
      v[0] = value, v[1] = value, v[2] = value, v[3] = value;
    }
    for (; size >= 8; size -= 8, t += 8) {
      *(word *)t = value;
    }
  }
  while (size-- > 0) {
    *t++ = (unsigned char)byte;
  }
  return to;
}

int memcmp(const void *left, const void *right, size_t size) {
  const unsigned char *l = left;
  const unsigned char *r = right;
  if ((((uintptr_t)l | (uintptr_t)r) & 7) == 0) {
    for (; size >= 8 && *(const word *)l == *(const word *)r; size -= 8, l += 8, r += 8) {
    }
  }
  for (; size > 0; size--, l++, r++) {
    if (*l != *r) {
      return *l - *r;
    }
  }
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  for (; to_alignment(end) != 0; end++) {
    if (*end == 0) {
      return (size_t)(end - text);
    }
  }
  // A word holds a zero byte if a borrow reaches a byte whose top bit was clear. An aligned word
  // never crosses a page, so reading past the end is harmless.
  const word ones = 0x0101010101010101ul;
  while (((*(const word *)end - ones) & ~*(const word *)end & (ones << 7)) == 0) {
    end += 8;
  }
  while (*end != 0) {
    end++;
  }
  return (size_t)(end - text);
}

int strcmp(const char *left, const char *right) {
  while (*left != 0 && *left == *right) {
    left++;
    right++;
  }
  return (unsigned char)*left - (unsigned char)*right;
}
