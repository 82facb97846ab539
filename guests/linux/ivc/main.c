// SPDX-License-Identifier: Apache-2.0

// ivc-send and ivc-recv: the command lines.

#include "stream.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *program = "ivc";

static const char send_help[] =
    "usage: ivc-send --name CHANNEL [--lines] [--size SIZE] [--timeout SECONDS] [FILE]\n"
    "Sends a file, or standard input, through a channel to ivc-recv in another VM.\n"
    "\n"
    "  -n, --name CHANNEL     the channel's name in the host's topology file, where the channel has\n"
    "                         layout = \"sectioned\"\n"
    "  -k, --key KEY          the channel's key, if it has no name\n"
    "  -l, --lines            send one message for each line, as soon as the line is complete\n"
    "  -s, --size SIZE        size of the ring, a power of two from 4K to 512M (default: the largest\n"
    "                         up to 4M that this VM may have); a line has at most half of it, less\n"
    "                         8 bytes\n"
    "  -t, --timeout SECONDS  how long to wait for the receiver (default: no limit)\n"
    "  -h, --help             print this help\n";

static const char receive_help[] =
    "usage: ivc-recv --name CHANNEL [--timeout SECONDS] [-o FILE]\n"
    "Receives what ivc-send sends in another VM, and writes it to a file or to standard output.\n"
    "\n"
    "  -n, --name CHANNEL     the channel's name in the host's topology file\n"
    "  -p, --publisher VM     the sender's VM id, together with --key\n"
    "  -k, --key KEY          the channel's key, if it has no name\n"
    "  -o, --output FILE      the file to write: it is there, or replaced, when all of it has arrived\n"
    "  -t, --timeout SECONDS  how long to wait for the sender (default: no limit), and for the next\n"
    "                         one if another VM is receiving from this one\n"
    "  -h, --help             print this help\n";

static const char common_help[] =
    "\n"
    "Exit status: 0 everything arrived, and its checksum is right; 1 the transfer failed; 2 an\n"
    "argument is invalid, or there is no device; 124 the other side did not come in time.\n";

static const struct option long_options[] = {
    {"name", required_argument, NULL, 'n'},    {"key", required_argument, NULL, 'k'},
    {"publisher", required_argument, NULL, 'p'}, {"output", required_argument, NULL, 'o'},
    {"lines", no_argument, NULL, 'l'},         {"size", required_argument, NULL, 's'},
    {"timeout", required_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

// Parses a whole number in range, with a unit if `units` has any, or ends the program.
static uint64_t number(const char *option, const char *text, uint64_t most, const char *units) {
  char *end;
  errno = 0;
  uint64_t value = strtoull(text, &end, 0);
  const char *unit = *end == 0 ? NULL : strchr(units, *end);
  if (unit != NULL) {
    unsigned shift = 10 * (unsigned)(unit - units + 1);
    value = value > UINT64_MAX >> shift ? UINT64_MAX : value << shift;
    end++;
    end += strcmp(end, "iB") == 0 ? 2 : 0;
  }
  if (end == text || *end != 0 || errno != 0 || *text == '-' || value > most) {
    end_with(STATUS_USAGE, "--%s %s: not a number up to %llu", option, text,
             (unsigned long long)most);
  }
  return value;
}

static uint32_t capacity(const char *text) {
  uint64_t size = number("size", text, SPSC_MAX_CAPACITY / 2, "KMG");
  if (size < IVC_PAGE || (size & (size - 1)) != 0) {
    end_with(STATUS_USAGE, "--size %s: not a power of two from 4K to 512M", text);
  }
  return (uint32_t)size;
}

static const char *file(const char *text) { return strcmp(text, "-") == 0 ? NULL : text; }

static void parse(int count, char **arguments, const char *letters, const char *help,
                  struct options *options) {
  bool has_key = false;
  opterr = 0;
  for (int letter; (letter = getopt_long(count, arguments, letters, long_options, NULL)) != -1;) {
    if (letter == 'h') {
      printf("%s%s", help, common_help);
      exit(fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED);
    }
    if (letter == '?' || strchr(letters, letter) == NULL) {
      end_with(STATUS_USAGE, "%s: no such option, or its value is missing; see --help",
               arguments[optind - 1]);
    }
    switch (letter) {
      case 'n':
        options->name = optarg;
        break;
      case 'k':
        options->key = number("key", optarg, INT64_MAX, "");
        has_key = true;
        break;
      case 'p':
        options->publisher = (uint32_t)number("publisher", optarg, 65535, "");
        break;
      case 'o':
        options->file = file(optarg);
        break;
      case 'l':
        options->lines = true;
        break;
      case 's':
        options->capacity = capacity(optarg);
        break;
      case 't':
        options->timeout = (int)number("timeout", optarg, INT32_MAX / 1000, "") * 1000;
        break;
    }
  }
  if ((options->name != NULL) == has_key) {
    end_with(STATUS_USAGE, "the channel is not clear: give either --name or --key; see --help");
  }
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN); // a reader that has gone is reported like any other failure
  const char *slash = strrchr(arguments[0], '/');
  program = slash == NULL ? arguments[0] : slash + 1;
  struct options options = {.timeout = -1};
  if (strcmp(program, "ivc-send") == 0) {
    parse(count, arguments, "n:k:ls:t:h", send_help, &options);
    if (optind < count) {
      options.file = file(arguments[optind++]);
    }
    if (optind < count) {
      end_with(STATUS_USAGE, "%s: one file at a time; see --help", arguments[optind]);
    }
    return send_stream(&options);
  }
  if (strcmp(program, "ivc-recv") == 0) {
    parse(count, arguments, "n:k:p:o:t:h", receive_help, &options);
    if (optind < count) {
      end_with(STATUS_USAGE, "%s: unexpected argument; name the output file with -o; see --help",
               arguments[optind]);
    }
    if (options.name == NULL && options.publisher == 0) {
      end_with(STATUS_USAGE, "--publisher is missing: give it together with --key; see --help");
    }
    return receive_stream(&options);
  }
  end_with(STATUS_USAGE, "unknown program name: link this file as ivc-send and as ivc-recv");
}
