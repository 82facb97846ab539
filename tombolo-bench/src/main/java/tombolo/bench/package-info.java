// SPDX-License-Identifier: Apache-2.0

/**
 * Starts the benchmarks: {@link tombolo.bench.Main} knows every suite by its name, and runs one.
 */
@NullMarked
package tombolo.bench;

import org.jspecify.annotations.NullMarked;
