// SPDX-License-Identifier: Apache-2.0
#pragma once

// The memory and string functions that C requires. They work a word at a time if the alignment
// allows it. Those that copy and fill use vectors for more than a few bytes.

#include <stdbool.h>
#include <stddef.h>

// Whether the harts have vectors. A copy that traps on purpose leaves vstart behind.
extern bool text_uses_vectors;

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *text);
int strcmp(const char *left, const char *right);
