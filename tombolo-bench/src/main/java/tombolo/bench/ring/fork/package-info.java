// SPDX-License-Identifier: Apache-2.0

/**
 * Measures one contender of suite {@code ring} in JVMs of its own.
 *
 * <p>{@link tombolo.bench.ring.fork.Forks} starts them, and {@link tombolo.bench.ring.fork.Fork} is
 * their program. The JIT compiler sees only one contender there, so a call through {@link
 * tombolo.bench.ring.contender.Sender} or {@link tombolo.bench.ring.contender.Receiver} costs
 * nothing.
 */
@NullMarked
package tombolo.bench.ring.fork;

import org.jspecify.annotations.NullMarked;
