// SPDX-License-Identifier: Apache-2.0

/**
 * Channels: pieces of host memory that several endpoints (VMs, or Java code of this process) see at
 * addresses of their own, with doorbells between them.
 *
 * <p>A {@link tombolo.ivc.Directory} is all there is of them in a process. Each endpoint does its
 * operations through it, under {@link tombolo.ivc.Grants}; the front ends that guests reach them by
 * ({@link tombolo.ivc.IvcDevice}, {@link tombolo.ivc.AxvisorCalls}) only translate.
 *
 * <h2>Locks</h2>
 *
 * <p>In this order: the host bridge's, the directory's, a window's, {@code GuestMemory}'s; and the
 * directory's, an inbox's, the interrupt controller's. The directory's lock is held while vCPUs
 * drop what they have cached of a mapping that goes. That ends, because a vCPU thread that waits
 * for any of these locks is outside guest code. A doorbell takes no lock but the receiver's
 * inbox's.
 */
@NullMarked
package tombolo.ivc;

import org.jspecify.annotations.NullMarked;
