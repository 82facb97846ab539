// SPDX-License-Identifier: Apache-2.0

/**
 * Suite {@code ring}: messages from one thread, process or guest to another, by Tombolo's rings and
 * by what else there is.
 *
 * <p>{@link tombolo.bench.ring.RingSuite} starts a JVM of its own for each measurement ({@link
 * tombolo.bench.ring.Fork}). In it the JIT compiler sees one contender only, so a call through
 * {@link tombolo.bench.ring.Sender} or {@link tombolo.bench.ring.Receiver} costs nothing.
 */
@NullMarked
package tombolo.bench.ring;

import org.jspecify.annotations.NullMarked;
