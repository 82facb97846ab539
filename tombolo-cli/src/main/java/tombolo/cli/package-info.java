// SPDX-License-Identifier: Apache-2.0

/** The {@code tombolo} command. Its subcommands are in {@code tombolo.cli.command}. */
@NullMarked
package tombolo.cli;

import org.jspecify.annotations.NullMarked;
