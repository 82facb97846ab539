// SPDX-License-Identifier: Apache-2.0

/**
 * The virtio network device (virtio 1.2, 5.1): Ethernet between the guests of one topology, and
 * between a guest and the outside world.
 *
 * <p>A {@link tombolo.machine.net.NetworkDevice} is joined to a {@link tombolo.machine.net.Wire}: a
 * port of a {@link tombolo.machine.net.NetworkSwitch}, or a {@link tombolo.machine.net.StreamWire}
 * to a program of the host that takes frames from a socket.
 *
 * <h2>Who waits for whom</h2>
 *
 * <p>A frame goes from its sender's transmit queue into buffers of its receiver's receive queue,
 * copied by the sender's worker, and is kept nowhere else. If the receiver has no buffer, the frame
 * stays in the sender's queue for up to a second, and the worker goes on with frames to others. A
 * receiver can keep a sixteenth of a sender's queue waiting, all receivers together a quarter;
 * frames beyond that are dropped and counted. No vCPU ever waits, and nobody waits for a receiver
 * that has taken nothing for a second. Frames to groups never wait.
 *
 * <p>A stream wire has one guest, and so no bystanders: there nothing is dropped. The guest waits
 * for the program, and the program for the guest.
 *
 * <h2>Offloads</h2>
 *
 * <p>A guest may leave checksums and the segmentation of TCP to its device. Between two guests that
 * can both do that nothing is computed: the receiver gets the large frame, with the word that its
 * checksum is partial. For any other receiver the sender's worker segments and completes. What a
 * driver says of a frame is checked against the frame's copy.
 *
 * <h2>Locks</h2>
 *
 * <p>In this order, and never two of one kind: a sender's ({@code FrameSender}), a stream wire's, a
 * port's ({@code GuestPort}), the queue's. What is called when there is room takes none of them: it
 * wakes a worker.
 *
 * <h2>State</h2>
 *
 * <p>A device saves the chains that it has taken. A frame that waits is read anew after a restore.
 * What a stream wire leads to is not saved.
 */
@NullMarked
package tombolo.machine.net;

import org.jspecify.annotations.NullMarked;
