// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import tombolo.topology.BridgeSpec;
import tombolo.topology.InputException;
import tombolo.topology.SocketAddressSpec;

/**
 * Reads the key {@code bridge} of a channel.
 *
 * @param remotes the names of all other hosts of the file
 */
record BridgeReader(Set<String> remotes) {
  static final String BRIDGE = "bridge";

  private static final String TO = "to";
  private static final String FROM = "from";
  private static final String LOSSY = "lossy";
  private static final String MULTICAST = "multicast";
  private static final List<String> KEYS = List.of(TO, FROM, LOSSY, MULTICAST);
  private static final String WANTED =
      "a table like { to = \"west\" }, or { from = \"east\" } on the other host";

  /** Returns the bridge; null if there is none, or it is wrong. */
  @Nullable BridgeSpec read(Section channel) {
    Section bridge = channel.section(BRIDGE, WANTED);
    if (bridge == null) {
      return null;
    }
    bridge.allowOnly(KEYS, "a bridge");
    if (bridge.has(TO) == bridge.has(FROM)) {
      channel.wrong(
          BRIDGE,
          bridge.has(TO)
              ? "a channel goes to other hosts or comes from one; remove to or from"
              : "goes nowhere; wanted " + WANTED);
      return null;
    }
    SocketAddressSpec multicast = multicast(bridge);
    if (bridge.has(TO)) {
      if (bridge.has(LOSSY)) {
        bridge.wrong(LOSSY, "each receiving host says so in its own file; remove this");
      }
      List<String> hosts = hosts(bridge);
      return hosts.isEmpty() ? null : new BridgeSpec.To(hosts, multicast);
    }
    boolean lossy = bridge.truth(LOSSY, false);
    String from = bridge.string(FROM, "the name of a remote, as a string");
    return from == null || !isRemote(bridge, FROM, from)
        ? null
        : new BridgeSpec.From(from, lossy, multicast);
  }

  private static @Nullable SocketAddressSpec multicast(Section bridge) {
    String text = bridge.string(MULTICAST, "a group address like \"224.20.30.39:40456\"");
    try {
      return text == null ? null : SocketAddressSpec.parse(text);
    } catch (InputException e) {
      bridge.wrong(MULTICAST, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private List<String> hosts(Section bridge) {
    List<Object> entries = new ArrayList<>();
    if (bridge.table().get(List.of(TO)) instanceof String one) {
      entries.add(one);
    } else {
      TomlArray array = bridge.array(TO, "the name of a remote, or an array of names");
      if (array == null) {
        return List.of();
      }
      entries.addAll(array.toList());
    }
    List<String> hosts = new ArrayList<>();
    for (Object entry : entries) {
      if (!(entry instanceof String name)) {
        bridge.wrong(
            TO, "found %s; wanted the name of a remote".formatted(Section.describe(entry)));
      } else if (hosts.contains(name)) {
        bridge.wrong(TO, "\"%s\" is listed twice; remove one".formatted(name));
      } else if (isRemote(bridge, TO, name)) {
        hosts.add(name);
      }
    }
    if (entries.isEmpty()) {
      bridge.wrong(TO, "no host; write the name of a remote");
    }
    if (hosts.size() > BridgeSpec.MOST_HOSTS) {
      bridge.wrong(
          TO,
          "%d hosts; a channel can go to at most %d"
              .formatted(hosts.size(), BridgeSpec.MOST_HOSTS));
    }
    return hosts;
  }

  private boolean isRemote(Section bridge, String key, String name) {
    if (remotes.contains(name)) {
      return true;
    }
    String guess = Spelling.didYouMean(name, remotes);
    bridge.wrong(
        key,
        "no remote \"%s\" in this file%s"
            .formatted(
                name, guess.isEmpty() ? "; add a table [remote.%s]".formatted(name) : guess));
    return false;
  }
}
