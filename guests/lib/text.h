// SPDX-License-Identifier: Apache-2.0
#pragma once

// The memory and string functions that C requires. They work a word at a time if the alignment
// allows it.

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *text);
int strcmp(const char *left, const char *right);
