// SPDX-License-Identifier: Apache-2.0

/**
 * JMH benchmarks of one mechanism each, and suite {@code jmh}, which runs them. The benchmarks are
 * public for the classes that JMH generates.
 *
 * <p>A method's name becomes the name of its figure, so each is unique in the package.
 */
@NullMarked
package tombolo.bench.jmh;

import org.jspecify.annotations.NullMarked;
