// SPDX-License-Identifier: Apache-2.0

// Ends with the exit code of the command line: code=7.

#include "command_line.h"

int main(void) { return (int)command_line_number("code", 0); }
