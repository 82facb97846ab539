// SPDX-License-Identifier: Apache-2.0

/**
 * Reads topology files and reports everything that is wrong with one. docs/topology.md has the
 * format.
 *
 * <p>Where a key is read: those of {@code [vm.NAME]} in {@code VmReader}, but what the VM boots in
 * {@code ImageReader} and its socket device in {@code VsockReader}; those of {@code [channel.NAME]}
 * in {@code ChannelReader}; those above the tables in {@link tombolo.topology.file.TopologyFile}.
 * {@code Consistency} checks what VMs and channels must not have in common, and what has to fit
 * into what.
 */
@NullMarked
package tombolo.topology.file;

import org.jspecify.annotations.NullMarked;
