// SPDX-License-Identifier: Apache-2.0

/**
 * Suite {@code ring}: messages from one thread, process or guest to another, by Tombolo's rings and
 * by others.
 *
 * <p>{@link tombolo.bench.ring.RingSuite} starts a JVM of its own for each contender ({@link
 * tombolo.bench.ring.Fork}). The JIT compiler sees only one contender there, so a call through
 * {@link tombolo.bench.ring.Sender} or {@link tombolo.bench.ring.Receiver} costs nothing. The JVMs
 * take short slices in turn ({@link tombolo.bench.ring.ForkSetting}), so that all contenders see
 * the same machine.
 */
@NullMarked
package tombolo.bench.ring;

import org.jspecify.annotations.NullMarked;
