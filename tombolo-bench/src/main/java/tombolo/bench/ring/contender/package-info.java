// SPDX-License-Identifier: Apache-2.0

/**
 * The ways to send messages that suite {@code ring} compares. {@link
 * tombolo.bench.ring.contender.Contender} lists them, and {@link
 * tombolo.bench.ring.contender.Medium} is what each implements.
 */
@NullMarked
package tombolo.bench.ring.contender;

import org.jspecify.annotations.NullMarked;
