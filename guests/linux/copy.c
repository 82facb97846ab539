// SPDX-License-Identifier: Apache-2.0

// The C library's memcpy() and memset(), which the linker wraps for these programs, by vector
// instructions where the kernel offers them: Debian 12's library has none.

#include "vectors.h"

#include <stdbool.h>
#include <sys/auxv.h>

#define HWCAP_V (1ul << ('v' - 'a'))

void *__real_memcpy(void *to, const void *from, size_t size);
void *__real_memset(void *to, int byte, size_t size);
void *__wrap_memcpy(void *to, const void *from, size_t size);
void *__wrap_memset(void *to, int byte, size_t size);

static bool there;

// Before main(): until then the C library starts up, without vectors.
__attribute__((constructor)) static void look(void) {
  there = (getauxval(AT_HWCAP) & HWCAP_V) != 0;
}

void *__wrap_memcpy(void *to, const void *from, size_t size) {
  if (!there || size < VECTORS_WORTHWHILE) {
    return __real_memcpy(to, from, size);
  }
  vectors_copy(to, from, size);
  return to;
}

void *__wrap_memset(void *to, int byte, size_t size) {
  if (!there || size < VECTORS_WORTHWHILE) {
    return __real_memset(to, byte, size);
  }
  vectors_fill(to, byte, size);
  return to;
}
