// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tombolo.machine.Vm;
import tombolo.machine.net.NetworkDevice;
import tombolo.machine.net.NetworkStatistics;
import tombolo.machine.net.NetworkSwitch;
import tombolo.machine.net.Wire;
import tombolo.machine.pci.PciSlots;
import tombolo.machine.virtio.VirtioPci;
import tombolo.topology.NetworkSpec;
import tombolo.topology.NicSpec;

/**
 * The networks of a run: a switch for each, or, for an outside network, a process of passt for each
 * VM. A process serves one guest: it sends everything to the guest that it has heard of last.
 */
final class Networks {
  private final Map<String, NetworkSpec> specs = new LinkedHashMap<>();
  private final Map<String, NetworkSwitch> switches = new LinkedHashMap<>();

  Networks(List<NetworkSpec> networks) {
    for (NetworkSpec spec : networks) {
      specs.put(spec.name(), spec);
      if (!spec.outside()) {
        switches.put(spec.name(), new NetworkSwitch());
      }
    }
  }

  /**
   * The network cards of a VM.
   *
   * @param statistics one for each
   * @param processes what leads outside; closed by the owner after the VM
   */
  record Cards(List<NetworkStatistics> statistics, List<Passt> processes) implements AutoCloseable {
    @Override
    public void close() {
      processes.forEach(Passt::close);
    }
  }

  /**
   * Plugs the network cards of a VM in. The VM closes them.
   *
   * @throws tombolo.topology.InputException if passt is missing, or refuses
   */
  Cards plugIn(List<NicSpec> nics, Vm vm) {
    List<NetworkStatistics> statistics = new ArrayList<>();
    List<Passt> processes = new ArrayList<>();
    Cards cards = new Cards(statistics, processes);
    boolean made = false;
    try {
      for (int i = 0; i < nics.size(); i++) {
        NicSpec nic = nics.get(i);
        NetworkDevice card =
            new NetworkDevice(
                "net" + i, wire(nic, vm, processes), nic.address(), vm.name(), vm.host());
        VirtioPci.plugIn(vm, PciSlots.FIRST_NETWORK + i, card);
        statistics.add(card.statistics());
      }
      made = true;
      return cards;
    } finally {
      if (!made) {
        cards.close();
      }
    }
  }

  private Wire wire(NicSpec nic, Vm vm, List<Passt> processes) {
    NetworkSwitch inside = switches.get(nic.network());
    NetworkSpec spec = specs.get(nic.network());
    if (inside != null) {
      return inside;
    }
    if (spec == null) {
      throw new IllegalArgumentException("no network " + nic.network());
    }
    Passt passt = Passt.start(spec, nic, vm.name(), vm.host());
    processes.add(passt);
    return passt.wire();
  }
}
