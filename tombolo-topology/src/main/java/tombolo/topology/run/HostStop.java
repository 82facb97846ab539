// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

/**
 * A reason of the host to end a run.
 *
 * @param why in words; becomes the {@link tombolo.machine.power.StopReason.HostRequest} of the VMs
 *     that it stops
 * @param status the exit status of a run that it ends, see {@link ExitStatus}
 */
public record HostStop(String why, int status) {}
