// SPDX-License-Identifier: Apache-2.0

/**
 * A folder of the host that a guest mounts: a server of 9P2000.L behind a virtio device.
 *
 * <p>{@link tombolo.machine.folder.FolderDevice} is the device. {@code Session} serves a client's
 * requests and keeps its fids. {@code SharedFolder} does what they ask for, and lets nothing out of
 * the folder.
 *
 * <p><b>Threads.</b> The transport's worker serves all requests of a device, one a step, so a
 * session needs no lock. {@code SharedFolder} has one lock for the names of all folders of the
 * process, because two VMs may share one.
 */
@NullMarked
package tombolo.machine.folder;

import org.jspecify.annotations.NullMarked;
