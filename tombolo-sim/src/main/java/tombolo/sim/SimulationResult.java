// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import org.jspecify.annotations.Nullable;
import tombolo.topology.run.RunReport;

/**
 * How a simulated run ended.
 *
 * @param report of the topology
 * @param failure why it counts as failed; null if it does not
 * @param nanos virtual time from the boot to the end
 * @param instructions that all vCPUs have retired
 * @param steps of all workers
 * @param fingerprint 64 hexadecimal digits: SHA-256 over what the VMs hold at the end (harts,
 *     devices, memory), what they have printed, and the three numbers; empty if nobody wants it
 * @param outcome 64 hexadecimal digits: SHA-256 over what the VMs have printed, and how they ended
 */
public record SimulationResult(
    RunReport report,
    @Nullable Failure failure,
    long nanos,
    long instructions,
    long steps,
    String fingerprint,
    String outcome) {}
