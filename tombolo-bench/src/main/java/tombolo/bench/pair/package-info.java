// SPDX-License-Identifier: Apache-2.0

/**
 * Compares two checkouts of the repository: {@link tombolo.bench.pair.Pairing} runs one suite of
 * both in turn, and pairs their figures by name.
 */
@NullMarked
package tombolo.bench.pair;

import org.jspecify.annotations.NullMarked;
