// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run of a topology ended.
 *
 * @param outcomes how VMs ended by themselves, in the topology's order: at most one for each VM,
 *     that of its latest run
 * @param stopped names of the VMs that the host stopped, in the topology's order
 * @param stop why the host ended the run; null if all VMs had ended before
 * @param nanos from the boot to the end, by the run's clock
 * @param channels how many there were at the end, before the host stopped anything
 * @param channelBytes the memory of these
 */
public record RunReport(
    List<StopOutcome> outcomes,
    List<String> stopped,
    @Nullable HostStop stop,
    long nanos,
    int channels,
    long channelBytes) {
  /** Copies the lists. */
  public RunReport {
    outcomes = List.copyOf(outcomes);
    stopped = List.copyOf(stopped);
  }

  /**
   * Returns the exit status: that of the host's stop, or that of the first VM in the topology that
   * failed, or 0.
   */
  public int status() {
    if (stop != null) {
      return stop.status();
    }
    return outcomes.stream()
        .mapToInt(StopOutcome::status)
        .filter(status -> status != ExitStatus.GOOD)
        .findFirst()
        .orElse(ExitStatus.GOOD);
  }

  /** Returns how long it took, in seconds. */
  public double seconds() {
    return nanos / 1e9;
  }
}
