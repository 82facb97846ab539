// SPDX-License-Identifier: Apache-2.0

/**
 * Rings in channels: the parts of a ring in the sections of a channel, and sending and receiving
 * through them by whoever has joined it. {@code tombolo.ivc.message} uses them for Java on the
 * host, {@code tombolo.guest} for Java inside a guest.
 */
@NullMarked
package tombolo.ring.channel;

import org.jspecify.annotations.NullMarked;
