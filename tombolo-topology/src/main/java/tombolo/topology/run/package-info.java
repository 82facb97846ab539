// SPDX-License-Identifier: Apache-2.0

/**
 * Runs a topology. {@link tombolo.topology.run.TopologyRun} makes its VMs, boots them, boots those
 * again that may be, stops them and reports how they ended; a {@link tombolo.topology.run.Watcher}
 * gives it consoles and hears of it.
 *
 * <p>Everything here takes its time, workers and chance from the {@link
 * tombolo.machine.host.HostServices} of the run, and starts no thread.
 */
@NullMarked
package tombolo.topology.run;

import org.jspecify.annotations.NullMarked;
