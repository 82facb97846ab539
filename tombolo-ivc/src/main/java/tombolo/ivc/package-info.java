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
 * <p>In this order: the host bridge's, an endpoint's turn, a window's, {@code GuestMemory}'s; and
 * an endpoint's turn, the directory's, an inbox's, the IVC device's, the interrupt controller's.
 * The memory pool's comes last. No thread holds two turns.
 *
 * <p>A thread may wait for vCPUs with the first four held, which all belong to one VM, and only for
 * vCPUs of that VM. The wait ends, because a vCPU thread that waits for any of these locks is
 * outside guest code. With the directory's lock held, a thread waits for no vCPU, zeroes no channel
 * and asks the host for nothing; {@code Passage} says what others see meanwhile. Saving and
 * restoring are the exception: nothing else runs then. A doorbell takes no lock but the receiver's
 * inbox's and those behind it.
 *
 * <p>A method whose name ends in {@code Locked} is called with the directory's lock held. Types
 * that the lock guards as a whole say so in their description, and their methods have plain names:
 * {@code Account}, {@code Catalogue}, {@code Channel}, {@code ChannelTable}, {@code Membership}.
 */
@NullMarked
package tombolo.ivc;

import org.jspecify.annotations.NullMarked;
