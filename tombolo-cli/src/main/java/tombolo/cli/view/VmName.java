// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.view;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import tombolo.topology.InputException;

/**
 * What a running VM is called. Its name is enough where no other VM has it. Otherwise the process's
 * number or the topology stands before it: {@code 4711/alice}, {@code examples/greeting.toml/alice}
 * or, short, {@code greeting/alice}. The number alone is the only VM of that process.
 *
 * @param socket where its process listens
 * @param pid its process's number
 * @param topology the file of its topology, or the kernel of a VM without one
 * @param vm its name there
 */
record VmName(Path socket, String pid, String topology, String vm) {
  /** Returns the names of the VMs in a table {@code ps}. */
  static List<VmName> of(Path socket, String pid, Table ps) {
    return ps.rows().stream()
        .map(row -> new VmName(socket, pid, cell(ps, row, "topology"), cell(ps, row, "vm")))
        .toList();
  }

  private static String cell(Table table, List<String> row, String column) {
    return Objects.requireNonNullElse(table.cell(row, column), "");
  }

  /**
   * Returns the VM of a name.
   *
   * @param problems of topologies that have not answered, for the message
   * @throws InputException if there is no such VM, or more than one; the message says what to do
   */
  static VmName find(String wanted, List<VmName> running, List<String> problems) {
    List<VmName> found = running.stream().filter(vm -> vm.isCalled(wanted)).toList();
    if (found.isEmpty()) {
      found = running.stream().filter(vm -> vm.pid.equals(wanted)).toList();
    }
    if (found.size() == 1) {
      return found.getFirst();
    }
    if (found.isEmpty()) {
      String rest = problems.isEmpty() ? "" : " (" + String.join("; ", problems) + ")";
      throw new InputException(
          running.isEmpty()
              ? "%s: no VM is running%s".formatted(wanted, rest)
              : "%s: no such VM is running; there is %s%s".formatted(wanted, list(running), rest));
    }
    throw new InputException(
        "%s: %d VMs have this name; choose one of %s".formatted(wanted, found.size(), list(found)));
  }

  private static String list(List<VmName> vms) {
    return vms.stream()
        .map(vm -> "%s/%s (%s)".formatted(vm.pid, vm.vm, vm.topology))
        .collect(Collectors.joining(", "));
  }

  /** Returns how messages name its process. */
  String process() {
    return "process %s (%s)".formatted(pid, topology);
  }

  private boolean isCalled(String wanted) {
    if (wanted.equals(vm)) {
      return true;
    }
    int slash = wanted.length() - vm.length() - 1;
    if (slash < 1 || wanted.charAt(slash) != '/' || !wanted.endsWith(vm)) {
      return false;
    }
    String before = wanted.substring(0, slash);
    String file = topology.substring(topology.lastIndexOf('/') + 1);
    int dot = file.lastIndexOf('.');
    return before.equals(pid)
        || before.equals(topology)
        || before.equals(file)
        || (dot > 0 && before.equals(file.substring(0, dot)));
  }
}
