// SPDX-License-Identifier: Apache-2.0

/** The command's standard streams: what can't be written is noticed, and nothing is lost. */
@NullMarked
package tombolo.cli.stream;

import org.jspecify.annotations.NullMarked;
