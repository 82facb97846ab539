// SPDX-License-Identifier: Apache-2.0

/**
 * Suite {@code ring}: messages from one thread, process or guest to another, by Tombolo's rings and
 * by others.
 *
 * <p>{@link tombolo.bench.ring.RingSuite} measures each contender ({@link
 * tombolo.bench.ring.contender}) in JVMs of its own ({@link tombolo.bench.ring.fork}). The JVMs
 * take short slices in turn ({@link tombolo.bench.ring.ForkSetting}), so that all contenders see
 * the same machine.
 */
@NullMarked
package tombolo.bench.ring;

import org.jspecify.annotations.NullMarked;
