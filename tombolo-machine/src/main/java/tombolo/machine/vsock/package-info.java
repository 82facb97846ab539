// SPDX-License-Identifier: Apache-2.0

/**
 * The virtio socket device (virtio 1.2, 5.10): AF_VSOCK between the guests of one topology, and
 * between them and the host.
 *
 * <p>A {@link tombolo.machine.vsock.VsockSwitch} knows stations by their context ID: the {@link
 * tombolo.machine.vsock.VsockDevice} of each guest, and the host, whose sockets are {@link
 * tombolo.machine.vsock.HostVsock}, and {@link tombolo.machine.vsock.UnixVsock} for programs.
 *
 * <h2>Who waits for whom</h2>
 *
 * <p>A packet goes from its sender's tx queue into buffers of its receiver's rx queue, copied by
 * the sender's worker. Where the receiver has no buffer, the packet is put aside with its sender
 * ({@code PeerQueue}), as are those to the same receiver behind it; packets to others pass. Where
 * no more may be put aside, the sender takes no more from its own queue: its guest waits, and
 * nobody else does. No vCPU ever waits. A receiver that is too slow for too long ({@code Patience})
 * is cut off: its connections are reset and its senders are refused until its driver gives buffers
 * again. Then the driver is told by the event TRANSPORT_RESET. Packets without payload are small
 * and may wait at the receiver, 256 of them, so that two guests that answer each other do not stop
 * (5.10.6.1); how many come is limited by {@code Pace}.
 *
 * <p>The host always has room: a guest that sends more than the host's socket has said it can hold
 * is reset.
 *
 * <h2>Locks</h2>
 *
 * <p>In this order, and never two of one kind: a sender's ({@code GuestSender}), a connection's
 * ({@code VsockConnection}), a listener's, the receiving station's ({@code GuestStation}), the
 * queue's. So a packet from A to B takes A's sender and B's station, one from B to A takes B's
 * sender and A's station, and neither holds what the other waits for. What is called when there is
 * room takes no lock before any of these: it wakes a worker, or a thread that waits.
 *
 * <h2>State</h2>
 *
 * <p>A device saves what is on its way in its guest, and the switch the connections between guests.
 * Sockets of the host cannot be saved: after a restore they are reset, and so are, by an RST, the
 * guests' sockets that were connected with them.
 */
@NullMarked
package tombolo.machine.vsock;

import org.jspecify.annotations.NullMarked;
