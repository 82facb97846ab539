// SPDX-License-Identifier: Apache-2.0

/**
 * Virtio devices (Virtual I/O Device Version 1.2) behind the PCI bridge: the modern PCI transport,
 * split virtqueues, and the devices that every VM can have.
 *
 * <p>A device is a {@link tombolo.machine.virtio.VirtioDevice}; {@link
 * tombolo.machine.virtio.VirtioPci} puts it into a slot and gives it a {@link
 * tombolo.machine.virtio.VirtioTransport}, with its {@link tombolo.machine.virtio.Virtqueue}s. From
 * a queue it takes {@link tombolo.machine.virtio.Chain}s, reads and writes them, and completes
 * them, on whatever thread and in whatever order it likes.
 *
 * <h2>The driver is hostile</h2>
 *
 * <p>Registers, rings and descriptors are read once and checked; what a device gets is a copy.
 * Where the driver breaks a rule (a loop of descriptors, an address where no memory is, an index
 * that jumps, a ring that is misaligned) the device is <em>broken</em>: it sets DEVICE_NEEDS_RESET,
 * tells the driver by a configuration interrupt, counts it, logs the first time, and does nothing
 * more with its queues until the driver resets it (2.1.2). Then it works again. The VM goes on.
 *
 * <h2>Threads and locks</h2>
 *
 * <ul>
 *   <li>Each device has one lock, the transport's. It guards registers, queues and what they say of
 *       chains. {@code Virtqueue} and {@code Chain} take it by themselves, for as long as one call
 *       takes.
 *   <li>With it held nothing is called but guest memory and interrupts: no device, no bridge. So
 *       any method of queue, chain and transport can be called from any thread, with any lock of
 *       the device's own held.
 *   <li>A device is called without any lock of the transport. vCPU threads call {@code notified},
 *       the transport's worker calls {@code serve}, for each queue one of them at a time; the other
 *       methods may be called meanwhile. By the window in configuration space ({@code
 *       ConfigAccess}) the bridge's lock is held as well, so a device does not call the bridge.
 *   <li>No call of {@code notified} waits, and none goes on as long as the guest has more to do:
 *       the device leaves the rest to the worker.
 *   <li>A reset does not wait for a device that is at work. Chains that were taken before it are
 *       <em>lost</em>: reading and writing them throws {@link
 *       tombolo.machine.virtio.ChainLostException}, completing them does nothing. As both happen
 *       under the lock, no byte of guest memory changes on behalf of a chain once the driver has
 *       seen the reset, or once the VM's run has ended.
 * </ul>
 *
 * <h2>Rest and state</h2>
 *
 * <p>A paused device touches no guest memory: its worker is at rest, its queues give out nothing,
 * and what comes from outside waits there. Then its state can be saved: registers, the places in
 * the rings, chains that were taken and not completed, and the queues that the worker has to serve.
 */
@NullMarked
package tombolo.machine.virtio;

import org.jspecify.annotations.NullMarked;
