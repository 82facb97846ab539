// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.command;

import java.util.stream.Collectors;
import tombolo.topology.InputException;
import tombolo.topology.Topology;
import tombolo.topology.VmSpec;

/** Finds the VM that a person has named by an option. */
final class NamedVm {
  private NamedVm() {}

  /**
   * Returns the VM.
   *
   * @param option such as {@code --vm}
   * @param file the topology's, for the message
   * @throws InputException if there is no such VM; it names those that there are
   */
  static VmSpec find(Topology topology, String option, String name, String file) {
    return topology.vms().stream()
        .filter(vm -> vm.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "%s %s: no such VM in %s; there is %s"
                        .formatted(
                            option,
                            name,
                            file,
                            topology.vms().stream()
                                .map(VmSpec::name)
                                .collect(Collectors.joining(", ")))));
  }
}
