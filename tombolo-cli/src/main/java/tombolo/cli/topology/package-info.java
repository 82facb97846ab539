// SPDX-License-Identifier: Apache-2.0

/** Topology files: what they say, and everything that is wrong with one. */
@NullMarked
package tombolo.cli.topology;

import org.jspecify.annotations.NullMarked;
