// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Topology files that tests write. */
final class TopologyText {
  private final StringBuilder text = new StringBuilder();

  /** A VM; more keys for it may follow. */
  TopologyText vm(String name, String guest, String append) {
    text.append(
        "[vm.%s]%nkernel = \"%s\"%nappend = \"%s\"%n".formatted(name, Guests.guest(guest), append));
    return this;
  }

  /** A raw channel of a page, or more. */
  TopologyText channel(String name, String publisher, String subscriber, int key, String size) {
    text.append(
        "[channel.%s]%npublisher = \"%s\"%nsubscribers = [\"%s\"]%nkey = %d%nsize = \"%s\"%n"
            .formatted(name, publisher, subscriber, key, size));
    return this;
  }

  /** One more line. */
  TopologyText line(String line) {
    text.append(line).append(System.lineSeparator());
    return this;
  }

  String write(Path directory) throws IOException {
    return Files.writeString(directory.resolve("topology.toml"), text).toString();
  }
}
