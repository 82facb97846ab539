// SPDX-License-Identifier: Apache-2.0

/**
 * Channels: pieces of host memory that several endpoints (VMs, or Java code of this process) see at
 * addresses of their own, with doorbells between them.
 *
 * <p>A {@link tombolo.ivc.Directory} has all channels of a process. Each {@link
 * tombolo.ivc.Endpoint} does its operations through it, under {@link tombolo.ivc.grant.Grants}. The
 * front ends by which guests reach their endpoint are in {@code tombolo.ivc.guest}; operations know
 * nothing of them.
 *
 * <h2>Locks</h2>
 *
 * <p>In this order: the host bridge's, the directory's, a window's, {@code GuestMemory}'s; and the
 * directory's, an inbox's, the IVC device's, the interrupt controller's. The directory's lock is
 * held while vCPUs drop what they have cached of a mapping that goes. That ends, because a vCPU
 * thread that waits for any of these locks is outside guest code. A doorbell takes no lock but the
 * receiver's inbox's and those behind it.
 *
 * <p>A method whose name ends in {@code Locked} is called with the directory's lock held. Types
 * that the lock guards as a whole say so in their description, and their methods have plain names:
 * {@code Account}, {@code Catalogue}, {@code Channel}, {@code ChannelTable}, {@code Membership},
 * {@code MemoryPool}.
 */
@NullMarked
package tombolo.ivc;

import org.jspecify.annotations.NullMarked;
