// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.grant.Grants;

/**
 * VMs, and the channels and networks between them, checked: every name that a channel mentions is a
 * VM's, every network that a VM mentions is there, ids and keys are unique, and kernels and
 * channels fit.
 *
 * @param vms in the file's order, at least one
 * @param channels in the file's order
 * @param networks in the file's order
 * @param host this host, for the bridges of others; null if no channel is bridged
 * @param remotes other hosts, in the file's order
 * @param simulation what its simulated runs are like
 */
public record Topology(
    List<VmSpec> vms,
    List<ChannelSpec> channels,
    List<NetworkSpec> networks,
    @Nullable HostSpec host,
    List<RemoteSpec> remotes,
    SimulationSpec simulation) {
  /** Copies the lists. */
  public Topology {
    remotes = List.copyOf(remotes);
    vms = List.copyOf(vms);
    channels = List.copyOf(channels);
    networks = List.copyOf(networks);
  }

  /** Makes a topology of one host. */
  public Topology(List<VmSpec> vms, List<ChannelSpec> channels, List<NetworkSpec> networks) {
    this(vms, channels, networks, null, List.of(), SimulationSpec.NONE);
  }

  /** Makes a topology of one host, without networks. */
  public Topology(List<VmSpec> vms, List<ChannelSpec> channels) {
    this(vms, channels, List.of());
  }

  /**
   * Returns the VM of this name.
   *
   * @throws IllegalArgumentException if there is no such VM
   */
  public VmSpec vm(String name) {
    return vms.stream()
        .filter(vm -> vm.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no VM " + name));
  }

  /**
   * Returns another host.
   *
   * @throws IllegalArgumentException if there is no such host
   */
  public RemoteSpec remote(String name) {
    return remotes.stream()
        .filter(remote -> remote.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no remote " + name));
  }

  /** Returns the same topology with more faults that may come in its simulated runs. */
  public Topology withFaults(List<FaultSpec> more) {
    List<FaultSpec> faults = Stream.concat(simulation.faults().stream(), more.stream()).toList();
    return new Topology(
        vms, channels, networks, host, remotes, new SimulationSpec(faults, simulation.failOn()));
  }

  /** Returns what the directory of its channels grants: what the channels say, and no more. */
  public Grants grants() {
    return TopologyGrants.of(this);
  }
}
