// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.ArrayList;
import java.util.List;

/** Keeps what the VMs of a simulation print. */
final class Lines implements SimulationWatcher {
  private final List<String> lines = new ArrayList<>();

  @Override
  public void line(String vm, String text) {
    lines.add(vm + ": " + text);
  }

  List<String> all() {
    return lines;
  }
}
