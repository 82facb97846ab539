// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.machine.host.HostServices;

/** A directory and VMs 1 to n that a test drives, with the same quota and size of window. */
final class World implements AutoCloseable {
  final Directory directory;
  private final List<AgentVm> vms = new ArrayList<>();

  World(int vms, Quota quota, long window, Grant... grants) {
    this.directory = new Directory(Grants.of(grants), HostServices.system());
    IntStream.rangeClosed(1, vms)
        .forEach(id -> this.vms.add(AgentVm.create(directory, id, quota, window)));
    this.vms.forEach(AgentVm::boot);
    this.vms.forEach(AgentVm::awaitReady);
  }

  World(int vms, Grant... grants) {
    this(vms, Quota.DEFAULT, Guests.WINDOW, grants);
  }

  AgentVm vm(int id) {
    return vms.get(id - 1);
  }

  /** The generations of all channels that somebody has joined. */
  List<Long> generations() {
    return directory.snapshot().channels().stream()
        .map(DirectorySnapshot.ChannelRow::generation)
        .toList();
  }

  /** What of a VM's window is in use, without the mailbox. */
  long reserved(int id) {
    return java.util.Objects.requireNonNull(vm(id).vm.window()).reservedBytes();
  }

  DirectorySnapshot.EndpointRow account(int id) {
    return directory.snapshot().endpoints().stream()
        .filter(row -> row.id() == id)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    vms.forEach(AgentVm::close);
    directory.close();
  }
}
