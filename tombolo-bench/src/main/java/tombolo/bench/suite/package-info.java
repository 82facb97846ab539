// SPDX-License-Identifier: Apache-2.0

/**
 * What every suite of benchmarks uses: its arguments, its report with figures for programs, the
 * statistics of samples, and the order in which contenders take turns.
 */
@NullMarked
package tombolo.bench.suite;

import org.jspecify.annotations.NullMarked;
