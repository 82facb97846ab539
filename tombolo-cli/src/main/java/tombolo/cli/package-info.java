// SPDX-License-Identifier: Apache-2.0

/** The {@code tombolo} command: one class a subcommand, each turning its arguments into a run. */
@NullMarked
package tombolo.cli;

import org.jspecify.annotations.NullMarked;
