// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tombolo.topology.HostSpec;
import tombolo.topology.InputException;
import tombolo.topology.RemoteSpec;
import tombolo.topology.SocketAddressSpec;

/** Reads the table {@code [host]} and the tables {@code [remote.NAME]}. */
final class HostReader {
  static final String HOST = "host";
  static final String REMOTE = "remote";

  private static final String NAME_KEY = "name";
  private static final String ADDRESS = "address";
  private static final String PORT = "port";
  private static final String AERON = "aeron";
  private static final String INTERFACE = "interface";
  private static final String MTU = "mtu";
  private static final String RESOLVER = "resolver";
  private static final String NEIGHBORS = "neighbors";
  private static final List<String> KEYS =
      List.of(NAME_KEY, ADDRESS, AERON, INTERFACE, MTU, RESOLVER, NEIGHBORS);
  private static final List<String> REMOTE_KEYS = List.of(ADDRESS, PORT);
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,32}");
  private static final Pattern INTERFACE_TEXT = Pattern.compile("[0-9a-fA-F.:\\[\\]/]{2,64}");
  private static final int MTU_UNIT = 32;
  private static final int LAST_PORT = 65_535;

  /** Stands for an address that is wrong. */
  private static final SocketAddressSpec NOWHERE = SocketAddressSpec.IPC;

  private HostReader() {}

  /**
   * Reads this host.
   *
   * @param file whose folder paths are relative to
   */
  static HostSpec read(Section host, Path file) {
    host.allowOnly(KEYS, "a host");
    host.require(NAME_KEY, "\"east\"");
    host.require(ADDRESS, "\"10.0.0.1:40456\"");
    String name = host.string(NAME_KEY, "a name, as a string");
    if (name != null && !NAME.matcher(name).matches()) {
      host.wrong(
          NAME_KEY, "\"%s\": not a valid name; use 1 to 32 of a-z A-Z 0-9 - _".formatted(name));
    }
    if ("ipc".equals(host.table().get(List.of(ADDRESS))) && !host.has(AERON)) {
      host.wrong(
          ADDRESS, "\"ipc\" joins processes that use one media driver; add aeron = \"DIRECTORY\"");
    }
    String aeron = host.string(AERON, "the directory of a media driver, as a string");
    String network = host.string(INTERFACE, "an address like \"10.0.0.1\" or \"10.0.0.0/24\"");
    if (network != null && !INTERFACE_TEXT.matcher(network).matches()) {
      host.wrong(
          INTERFACE,
          "\"%s\": not an interface; write an address of this host, or its network as 10.0.0.0/24"
              .formatted(network));
      network = null;
    }
    return new HostSpec(
        name == null ? "" : name,
        host.line(),
        address(host, ADDRESS),
        aeron == null ? null : file.resolveSibling(aeron),
        network,
        mtu(host),
        resolver(host));
  }

  private static int mtu(Section host) {
    int mtu =
        (int)
            host.integer(
                MTU, HostSpec.LEAST_MTU, HostSpec.LEAST_MTU, HostSpec.LEAST_MTU, HostSpec.MOST_MTU);
    if (mtu % MTU_UNIT != 0) {
      host.wrong(MTU, "%d: not a multiple of %d".formatted(mtu, MTU_UNIT));
    }
    return mtu;
  }

  private static SocketAddressSpec address(Section table, String key) {
    String text = table.string(key, "an address with a port like \"10.0.0.2:40456\"");
    try {
      return text == null ? NOWHERE : SocketAddressSpec.parse(text);
    } catch (InputException e) {
      table.wrong(key, String.valueOf(e.getMessage()));
      return NOWHERE;
    }
  }

  private static HostSpec.@Nullable Resolver resolver(Section host) {
    if (!host.has(RESOLVER)) {
      if (host.has(NEIGHBORS)) {
        host.wrong(NEIGHBORS, "only with resolver; add a line like resolver = \"10.0.0.1:40457\"");
      }
      return null;
    }
    if (host.has(AERON)) {
      host.wrong(
          RESOLVER, "the media driver of %s has its own resolver; remove one".formatted(AERON));
    }
    List<String> neighbors = new ArrayList<>();
    var array = host.array(NEIGHBORS, "an array of addresses: [\"10.0.0.2:40457\"]");
    for (Object entry : array == null ? List.of() : array.toList()) {
      try {
        if (!(entry instanceof String text)) {
          throw new InputException(
              "found %s; wanted an address like \"10.0.0.2:40457\""
                  .formatted(Section.describe(entry)));
        }
        neighbors.add(SocketAddressSpec.parse(text).toString());
      } catch (InputException e) {
        host.wrong(NEIGHBORS, String.valueOf(e.getMessage()));
      }
    }
    SocketAddressSpec own = address(host, RESOLVER);
    return new HostSpec.Resolver(own, neighbors.stream().collect(Collectors.joining(",")));
  }

  /**
   * Reads another host.
   *
   * @param host this one; null if the file has none
   */
  static RemoteSpec readRemote(String name, Section remote, @Nullable HostSpec host) {
    if (!NAME.matcher(name).matches()) {
      remote
          .mistakes()
          .add(
              remote.line(),
              remote.path(),
              "not a valid name of a host; use 1 to 32 of a-z A-Z 0-9 - _");
    }
    if (host != null && host.name().equals(name)) {
      remote
          .mistakes()
          .add(
              remote.line(),
              remote.path(),
              "the name of this host, line %d; a remote is another one".formatted(host.line()));
    }
    remote.allowOnly(REMOTE_KEYS, "a remote");
    boolean resolved = host != null && host.resolver() != null && !remote.has(ADDRESS);
    if (resolved) {
      remote.require(PORT, "40456");
      int port = (int) remote.integer(PORT, LAST_PORT, LAST_PORT, 1, LAST_PORT);
      return new RemoteSpec(name, remote.line(), new SocketAddressSpec(name, port), true);
    }
    remote.require(ADDRESS, "\"10.0.0.2:40456\"");
    if (remote.has(PORT) && remote.has(ADDRESS)) {
      remote.wrong(PORT, "address has the port already; remove this");
    }
    return new RemoteSpec(name, remote.line(), address(remote, ADDRESS), false);
  }
}
