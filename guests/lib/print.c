// SPDX-License-Identifier: Apache-2.0
#include "console.h"
#include "text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

struct line {
  char text[256];
  size_t length;
};

static void put(struct line *line, char c) {
  if (line->length < sizeof line->text - 1) {
    line->text[line->length++] = c;
  }
}

static void pad(struct line *line, size_t length, size_t width, char with) {
  for (; length < width; length++) {
    put(line, with);
  }
}

static void put_number(
    struct line *line, uint64_t number, unsigned base, bool negative, size_t width, char with) {
  char digits[24];
  size_t count = 0;
  do {
    digits[count++] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0);
  if (negative) {
    digits[count++] = '-';
  }
  pad(line, count, width, with);
  while (count > 0) {
    put(line, digits[--count]);
  }
}

void print(const char *format, ...) {
  struct line line = {.length = 0};
  va_list arguments;
  va_start(arguments, format);
  for (const char *c = format; *c != 0; c++) {
    if (*c != '%') {
      put(&line, *c);
      continue;
    }
    c++;
    char with = *c == '0' ? '0' : ' ';
    size_t width = 0;
    for (; *c >= '0' && *c <= '9'; c++) {
      width = width * 10 + (size_t)(*c - '0');
    }
    bool wide = *c == 'l' || *c == 'z';
    if (wide) {
      c++;
    }
    switch (*c) {
      case 'd':
      case 'i': {
        int64_t number = wide ? va_arg(arguments, long) : va_arg(arguments, int);
        uint64_t magnitude = number < 0 ? -(uint64_t)number : (uint64_t)number;
        put_number(&line, magnitude, 10, number < 0, width, with);
        break;
      }
      case 'u':
      case 'x': {
        uint64_t number = wide ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
        put_number(&line, number, *c == 'x' ? 16 : 10, false, width, with);
        break;
      }
      case 'p':
        put(&line, '0');
        put(&line, 'x');
        put_number(&line, (uint64_t)va_arg(arguments, void *), 16, false, width, with);
        break;
      case 'c':
        put(&line, (char)va_arg(arguments, int));
        break;
      case 's': {
        const char *text = va_arg(arguments, const char *);
        pad(&line, strlen(text), width, ' ');
        while (*text != 0) {
          put(&line, *text++);
        }
        break;
      }
      case 0:
        c--;  // a lone % at the end
        break;
      default:
        put(&line, *c);
    }
  }
  va_end(arguments);
  console_write(line.text, line.length);
}
