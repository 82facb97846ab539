// SPDX-License-Identifier: Apache-2.0

/**
 * Host memory objects, and the guest physical address spaces (stage 2) that map them.
 *
 * <p>A {@code HostMemory} is a piece of native memory; a {@code GuestMemory} says where a VM sees
 * slices of it, and with which access. Nothing here knows of vCPUs or devices.
 */
@NullMarked
package tombolo.memory;

import org.jspecify.annotations.NullMarked;
