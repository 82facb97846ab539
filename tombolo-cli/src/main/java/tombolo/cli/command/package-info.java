// SPDX-License-Identifier: Apache-2.0

/** The subcommands of {@code tombolo}, one class each. */
@NullMarked
package tombolo.cli.command;

import org.jspecify.annotations.NullMarked;
