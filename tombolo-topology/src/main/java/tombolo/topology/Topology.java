// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;
import tombolo.ivc.grant.Grants;

/**
 * VMs and the channels between them, checked: every name that a channel mentions is a VM's, ids and
 * keys are unique, and kernels and channels fit.
 *
 * @param vms in the file's order, at least one
 * @param channels in the file's order
 */
public record Topology(List<VmSpec> vms, List<ChannelSpec> channels) {
  /** Copies the lists. */
  public Topology {
    vms = List.copyOf(vms);
    channels = List.copyOf(channels);
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
