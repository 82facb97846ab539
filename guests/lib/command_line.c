// SPDX-License-Identifier: Apache-2.0
#include "command_line.h"

#include "text.h"

static char line[1024];

static size_t append(size_t at, const char *text) {
  while (*text != 0 && at < sizeof line - 1) {
    line[at++] = *text++;
  }
  line[at] = 0;
  return at;
}

void command_line_set(const char *words) {
  append(0, words == NULL ? "" : words);
}

void command_line_join(int count, const char *const *arguments) {
  size_t at = 0;
  for (int i = 1; i < count; i++) {
    at = append(append(at, arguments[i]), " ");
  }
}

bool command_line_text(const char *name, char *value, size_t size) {
  size_t name_length = strlen(name);
  for (const char *word = line; *word != 0;) {
    size_t length = 0;
    while (word[length] != 0 && word[length] != ' ') {
      length++;
    }
    bool named = length >= name_length && memcmp(word, name, name_length) == 0;
    if (named && (length == name_length || word[name_length] == '=')) {
      size_t skip = length == name_length ? length : name_length + 1;
      size_t count = length - skip < size - 1 ? length - skip : size - 1;
      memcpy(value, word + skip, count);
      value[count] = 0;
      return true;
    }
    word += length;
    while (*word == ' ') {
      word++;
    }
  }
  return false;
}

uint64_t command_line_number(const char *name, uint64_t otherwise) {
  char text[32];
  if (!command_line_text(name, text, sizeof text) || text[0] == 0) {
    return otherwise;
  }
  bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  uint64_t base = hexadecimal ? 16 : 10;
  uint64_t number = 0;
  for (const char *c = text + (hexadecimal ? 2 : 0); *c != 0; c++) {
    char lower = *c | 0x20;
    uint64_t digit = lower >= 'a' ? (uint64_t)(lower - 'a') + 10 : (uint64_t)(*c - '0');
    if (digit >= base) {
      return otherwise;
    }
    number = number * base + digit;
  }
  return number;
}
