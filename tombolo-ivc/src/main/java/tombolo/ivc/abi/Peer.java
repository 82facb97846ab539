// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/**
 * A member of a channel.
 *
 * @param endpoint the id
 * @param section the section that it can write, or {@link Shape#NO_SECTION}
 */
public record Peer(int endpoint, int section) {}
