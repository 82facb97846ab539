// SPDX-License-Identifier: Apache-2.0

/** The terminal that a person types at. */
@NullMarked
package tombolo.cli.terminal;

import org.jspecify.annotations.NullMarked;
