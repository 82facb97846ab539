// SPDX-License-Identifier: Apache-2.0
/**
 * Memory as virtual machines see it. {@link tombolo.memory.HostMemory} is the memory. {@link
 * tombolo.memory.GuestMemory} maps it into a guest's physical address space with an {@link
 * tombolo.memory.Access}, and gives the host typed access by guest physical address.
 *
 * <p>Addresses and sizes are in bytes. A guest physical address (GPA) is 0 to 2<sup>63</sup> − 1; a
 * negative {@code long} is never mapped. The page size is {@link
 * tombolo.memory.HostMemory#PAGE_SIZE}. Guest data is little-endian on every host.
 */
@NullMarked
package tombolo.memory;

import org.jspecify.annotations.NullMarked;
