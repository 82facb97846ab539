// SPDX-License-Identifier: Apache-2.0

/** Benchmarks: JMH for single mechanisms, guest programs for the whole, peers beside them. */
@NullMarked
package tombolo.bench;

import org.jspecify.annotations.NullMarked;
