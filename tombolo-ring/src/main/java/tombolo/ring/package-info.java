// SPDX-License-Identifier: Apache-2.0

/**
 * Messages over shared memory, in a host process or in a JVM inside a guest. {@link
 * tombolo.ring.SpscRing} joins one writer and one reader that do not trust each other; {@link
 * tombolo.ring.BroadcastRing} joins one writer and up to 64 readers. Package {@link
 * tombolo.ring.axvisor} speaks the protocols of guests written for AxVisor.
 *
 * <p>The wire formats are in {@code docs/ring-format.md}.
 */
@NullMarked
package tombolo.ring;

import org.jspecify.annotations.NullMarked;
