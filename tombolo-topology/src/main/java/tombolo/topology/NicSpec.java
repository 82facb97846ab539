// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.List;
import tombolo.machine.net.MacAddress;

/**
 * A network card of a VM.
 *
 * @param network the name of the network that it is joined to
 * @param address unique in that network
 * @param forwards ports of the host that lead to the VM; only of an outside network
 */
public record NicSpec(String network, MacAddress address, List<PortForward> forwards) {
  /** The most network cards of a VM. */
  public static final int MOST = 4;

  /** Copies the list. */
  public NicSpec {
    forwards = List.copyOf(forwards);
  }
}
