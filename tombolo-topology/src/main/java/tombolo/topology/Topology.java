// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;
import tombolo.ivc.grant.Grants;

/**
 * VMs, and the channels and networks between them, checked: every name that a channel mentions is a
 * VM's, every network that a VM mentions is there, ids and keys are unique, and kernels and
 * channels fit.
 *
 * @param vms in the file's order, at least one
 * @param channels in the file's order
 * @param networks in the file's order
 */
public record Topology(List<VmSpec> vms, List<ChannelSpec> channels, List<NetworkSpec> networks) {
  /** Copies the lists. */
  public Topology {
    vms = List.copyOf(vms);
    channels = List.copyOf(channels);
    networks = List.copyOf(networks);
  }

  /** Makes a topology without networks. */
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

  /** Returns what the directory of its channels grants: what the channels say, and no more. */
  public Grants grants() {
    return TopologyGrants.of(this);
  }
}
