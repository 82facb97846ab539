// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import java.util.List;
import java.util.regex.Pattern;
import tombolo.topology.NetworkSpec;

/** Reads the tables {@code [network.NAME]}. */
final class NetworkReader {
  private static final String OUTSIDE = "outside";
  private static final String LOOPBACK = "loopback";
  private static final List<String> KEYS = List.of(OUTSIDE, LOOPBACK);
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,32}");

  private NetworkReader() {}

  /**
   * Reads a network.
   *
   * @param number its position in the file, from 1
   */
  static NetworkSpec read(String name, Section network, int number) {
    if (!NAME.matcher(name).matches()) {
      network
          .mistakes()
          .add(
              network.line(),
              network.path(),
              "not a valid network name; use 1 to 32 of a-z A-Z 0-9 - _");
    }
    if (number == NetworkSpec.MOST + 1) {
      network
          .mistakes()
          .add(
              network.line(),
              network.path(),
              "too many networks; a file can have at most %d".formatted(NetworkSpec.MOST));
    }
    network.allowOnly(KEYS, "a network");
    boolean outside = network.truth(OUTSIDE, false);
    boolean loopback = network.truth(LOOPBACK, false);
    if (loopback && !outside) {
      network.wrong(LOOPBACK, "only for outside = true; set that, or remove this");
    }
    return new NetworkSpec(
        name, network.line(), Math.min(number, NetworkSpec.MOST), outside, loopback);
  }
}
