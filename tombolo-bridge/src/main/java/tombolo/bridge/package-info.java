// SPDX-License-Identifier: Apache-2.0

/**
 * Bridges: a ring of a channel here continues in a ring of a channel on another host, over Aeron.
 * {@link tombolo.bridge.Bridges} opens those of a topology. docs/bridge-format.md defines what they
 * send.
 */
@NullMarked
package tombolo.bridge;

import org.jspecify.annotations.NullMarked;
