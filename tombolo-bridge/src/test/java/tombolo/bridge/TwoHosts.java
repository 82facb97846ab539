// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import java.io.IOException;
import java.net.DatagramSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import tombolo.ivc.Directory;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.grant.Quota;
import tombolo.machine.host.HostServices;
import tombolo.testing.WorkTree;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;

/** Hosts in one process, with endpoints of the test in the places of their VMs. */
final class TwoHosts implements AutoCloseable {
  static final Quota ROOM = new Quota(8, 1 << 30);

  /** One host: its VMs' places, its bridges, and what they said. */
  static final class Host implements AutoCloseable {
    final List<String> said = new CopyOnWriteArrayList<>();
    final Directory directory;
    final HostEndpoint vm;
    final Bridges bridges;

    Host(String text) {
      Topology topology = TopologyFile.parse(text, WorkTree.path("guests/bin").resolve("t.toml"));
      directory = new Directory(topology.grants(), HostServices.system());
      vm = directory.join("vm", 1, ROOM);
      bridges = Bridges.open(topology, directory, said::add);
    }

    BridgeRow row() {
      return bridges.rows().getFirst();
    }

    @Override
    public void close() {
      bridges.close();
      directory.close();
    }
  }

  private final String eastAddress;
  private final String westAddress;
  private final String size;
  Host east;
  Host west;

  /**
   * @param size of the channel's section for the writer
   */
  TwoHosts(String size) throws IOException {
    this.size = size;
    eastAddress = "127.0.0.1:" + freePort();
    westAddress = "127.0.0.1:" + freePort();
    east = new Host(eastFile());
    west = new Host(westFile(eastAddress));
  }

  static int freePort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0)) {
      return socket.getLocalPort();
    }
  }

  static String vm() {
    return """
    [vm.vm]
    kernel = "hello.elf"
    window = "1 GiB"
    """;
  }

  private String eastFile() {
    return vm()
        + """
        [host]
        name = "east"
        address = "%s"
        [remote.west]
        address = "%s"
        [channel.news]
        publisher = "vm"
        key = 1
        size = "%s"
        bridge = { to = "west" }
        """
            .formatted(eastAddress, westAddress, size);
  }

  /** Starts west again with another size of the channel's section for the writer. */
  void restartWestWithSize(String other) {
    west.close();
    west = new Host(westFile(eastAddress).replace(size, other));
  }

  private String westFile(String east) {
    return vm()
        + """
        [host]
        name = "west"
        address = "%s"
        [remote.east]
        address = "%s"
        [channel.news]
        subscribers = ["vm"]
        key = 1
        size = "%s"
        bridge = { from = "east" }
        """
            .formatted(westAddress, east, size);
  }

  void restartEast() {
    east.close();
    east = new Host(eastFile());
  }

  void restartWest() {
    west.close();
    west = new Host(westFile(eastAddress));
  }

  /** Starts west again, with a file that says that east is at another address. */
  void restartWestWithEastAt(String address) {
    west.close();
    west = new Host(westFile(address));
  }

  /** Starts a host like west, whose address is in use. */
  Host anotherWest() {
    return new Host(westFile(eastAddress));
  }

  @Override
  public void close() {
    east.close();
    west.close();
  }
}
