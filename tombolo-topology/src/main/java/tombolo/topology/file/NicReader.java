// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;
import tombolo.machine.net.MacAddress;
import tombolo.topology.InputException;
import tombolo.topology.NetworkSpec;
import tombolo.topology.NicSpec;
import tombolo.topology.PortForward;

/**
 * Reads the networks of a VM, and so its network cards.
 *
 * @param networks all of the file, in its order
 */
record NicReader(List<NetworkSpec> networks) {
  static final String NETWORKS = "networks";

  private static final String NAME = "name";
  private static final String MAC = "mac";
  private static final String FORWARDS = "forwards";
  private static final List<String> KEYS = List.of(NAME, MAC, FORWARDS);
  private static final String WANTED =
      "an array of names of networks, or of tables like { name = \"lab\", mac ="
          + " \"02:00:00:00:00:01\" }";

  /**
   * Returns the cards that can be used.
   *
   * @param id the VM's, of which addresses are made
   */
  List<NicSpec> read(Section vm, int id) {
    TomlArray array = vm.array(NETWORKS, WANTED);
    List<NicSpec> nics = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    int outside = 0;
    for (int i = 0; array != null && i < array.size(); i++) {
      Section element = element(vm, array, i);
      NetworkSpec network = network(element, array.get(i));
      if (network == null) {
        continue;
      }
      if (!seen.add(network.name())) {
        wrong(element, "\"%s\" is listed twice; remove one".formatted(network.name()));
      } else if (network.outside() && outside++ > 0) {
        wrong(element, "a second outside network; a VM can have one, so remove this");
      } else {
        nics.add(nic(element, array.get(i) instanceof TomlTable, network, id));
      }
    }
    if (nics.size() > NicSpec.MOST) {
      vm.wrong(
          NETWORKS, "%d networks; a VM can have at most %d".formatted(nics.size(), NicSpec.MOST));
    }
    return nics;
  }

  /** Returns the place of one entry, and its table if it is one. */
  private static Section element(Section vm, TomlArray array, int index) {
    int line =
        vm.source()
            .lineOfElement(
                array.inputPositionOf(index).line(), array.inputPositionOf(index).column());
    TomlTable table = array.get(index) instanceof TomlTable inner ? inner : vm.table();
    return new Section(table, vm.pathOf(NETWORKS), line, vm.source(), vm.mistakes());
  }

  private static void wrong(Section element, String what) {
    element.mistakes().add(element.line(), element.path(), what);
  }

  /** Returns the network that an entry names; null, and notes the mistake, if there is none. */
  private @Nullable NetworkSpec network(Section element, Object value) {
    String name;
    switch (value) {
      case String text -> name = text;
      case TomlTable _ -> {
        element.allowOnly(KEYS, "an entry of networks");
        element.require(NAME, "\"lab\"");
        name = element.string(NAME, "the name of a network, as a string");
      }
      default -> {
        wrong(element, "found %s; wanted %s".formatted(Section.describe(value), WANTED));
        return null;
      }
    }
    if (name == null) {
      return null;
    }
    for (NetworkSpec network : networks) {
      if (network.name().equals(name)) {
        return network;
      }
    }
    List<String> names = networks.stream().map(NetworkSpec::name).toList();
    String guess = Spelling.didYouMean(name, names);
    String remedy = "; add a table [network.%s]".formatted(name);
    wrong(
        element,
        "no network \"%s\" in this file%s".formatted(name, guess.isEmpty() ? remedy : guess));
    return null;
  }

  private static NicSpec nic(Section element, boolean isTable, NetworkSpec network, int id) {
    MacAddress address = MacAddress.of(network.number(), id);
    if (!isTable) {
      return new NicSpec(network.name(), address, List.of());
    }
    String mac = element.string(MAC, "an address like \"02:00:00:00:00:01\"");
    if (mac != null) {
      try {
        address = MacAddress.parse(mac);
      } catch (IllegalArgumentException e) {
        element.wrong(MAC, "\"%s\": %s".formatted(mac, e.getMessage()));
      }
    }
    return new NicSpec(network.name(), address, forwards(element, network));
  }

  private static List<PortForward> forwards(Section element, NetworkSpec network) {
    String wanted = "an array of port forwards: [\"2222:22\", \"0.0.0.0:8080:80\"]";
    TomlArray array = element.array(FORWARDS, wanted);
    if (array == null) {
      return List.of();
    }
    if (!network.outside()) {
      element.wrong(
          FORWARDS,
          "network.%s is not an outside network; set outside = true there, or remove this"
              .formatted(network.name()));
      return List.of();
    }
    List<PortForward> forwards = new ArrayList<>();
    for (Object entry : array.toList()) {
      if (!(entry instanceof String text)) {
        element.wrong(FORWARDS, "found %s; wanted %s".formatted(Section.describe(entry), wanted));
        continue;
      }
      try {
        forwards.add(PortForward.parse(text));
      } catch (InputException e) {
        element.wrong(FORWARDS, String.valueOf(e.getMessage()));
      }
    }
    if (forwards.size() > PortForward.MOST) {
      element.wrong(
          FORWARDS,
          "%d port forwards; a network card can have at most %d"
              .formatted(forwards.size(), PortForward.MOST));
    }
    return forwards;
  }
}
