// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

import org.jspecify.annotations.Nullable;

/**
 * What an endpoint learns of a channel that it may join or has joined.
 *
 * @param id publisher and key
 * @param name its name, or null
 * @param generation which of all channels it is
 * @param shape how its memory is divided
 * @param state where it is in its life
 * @param writable whether this endpoint can write it, or could if it joined
 * @param handle what this endpoint calls it, 0 if it has not joined
 */
public record ChannelInfo(
    ChannelId id,
    @Nullable String name,
    long generation,
    Shape shape,
    ChannelState state,
    boolean writable,
    int handle) {}
