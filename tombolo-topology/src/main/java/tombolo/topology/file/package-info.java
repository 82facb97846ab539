// SPDX-License-Identifier: Apache-2.0

/** Reads topology files and reports everything that is wrong with one. */
@NullMarked
package tombolo.topology.file;

import org.jspecify.annotations.NullMarked;
