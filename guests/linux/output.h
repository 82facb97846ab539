// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a receiver writes: a file, or standard output. A regular file is complete under its name, or
// not there: the bytes go to a temporary file beside it, which comes with the first byte, and gets
// the name at the end. If the program ends before, also by a signal, the temporary file is removed.
// Devices and pipes are written as they are. A descriptor that is non-blocking is waited for.

#include <stddef.h>

// Sets where the output goes; NULL: standard output. Opens nothing yet. Returns 0, or the error for
// which it could not be written.
int output_to(const char *file);

// Returns what messages call it.
const char *output_called(void);

// Writes all bytes. Returns 0 or an error.
int output_write(const void *bytes, size_t length);

// Ends the output, and gives the file its name. Returns 0 or an error.
int output_end(void);
