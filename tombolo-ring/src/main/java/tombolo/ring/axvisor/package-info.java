// SPDX-License-Identifier: Apache-2.0

/**
 * AxVisor's regions in a raw channel: the guests' own protocol of cells and messages, as the
 * AxVisor project's drivers and demos speak it.
 */
@NullMarked
package tombolo.ring.axvisor;

import org.jspecify.annotations.NullMarked;
