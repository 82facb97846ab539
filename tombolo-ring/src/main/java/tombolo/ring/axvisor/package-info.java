// SPDX-License-Identifier: Apache-2.0

/**
 * AxVisor's regions in a raw channel: the guests' own protocols, as the AxVisor project's drivers
 * and demos speak them. {@link tombolo.ring.axvisor.AxvisorRegion} is version 3, {@link
 * tombolo.ring.axvisor.AxvisorRegionV2} is version 2.
 */
@NullMarked
package tombolo.ring.axvisor;

import org.jspecify.annotations.NullMarked;
