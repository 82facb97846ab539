// SPDX-License-Identifier: Apache-2.0

/**
 * Channels for Java inside a Linux guest of Tombolo. {@link tombolo.guest.GuestEndpoint} drives the
 * IVC device (docs/abi.md); {@link tombolo.guest.Publisher} and {@link tombolo.guest.Subscriber}
 * exchange messages; {@link tombolo.guest.GuestChannel} is a channel's memory and its doorbell.
 */
@NullMarked
package tombolo.guest;

import org.jspecify.annotations.NullMarked;
