// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

import org.jspecify.annotations.Nullable;

/**
 * A channel as an endpoint sees it that may join it or has joined it.
 *
 * @param id publisher and key
 * @param name its name, or null
 * @param generation its number among all channels that were published
 * @param shape how its memory is divided
 * @param state where it is in its life
 * @param writable whether this endpoint can write it, or could if it joined
 * @param handle this endpoint's handle of it, 0 if it has not joined
 */
public record ChannelInfo(
    ChannelId id,
    @Nullable String name,
    long generation,
    Shape shape,
    ChannelState state,
    boolean writable,
    int handle) {}
