// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of the host that leads to a port of a VM, as people write it: {@code
 * [ADDRESS:]PORT:PORT[/udp]}, the host's port first.
 *
 * @param udp whether it is a port of UDP; otherwise of TCP
 * @param address of the host, numeric: IPv4, or IPv6 without brackets
 * @param hostPort 1 to 65535
 * @param guestPort 1 to 65535
 */
public record PortForward(boolean udp, String address, int hostPort, int guestPort) {
  private static final String DEFAULT_ADDRESS = "127.0.0.1";
  private static final Pattern TEXT =
      Pattern.compile(
          "(?:(?<four>[0-9.]{7,15}):|\\[(?<six>[0-9a-fA-F:.]{2,45})]:)?"
              + "(?<host>[0-9]{1,5}):(?<guest>[0-9]{1,5})(?:/(?<protocol>tcp|udp))?");

  /** The most port forwards of a network card. */
  public static final int MOST = 64;

  /**
   * Parses what a person wrote. Without an address, only programs of the host can connect.
   *
   * @throws InputException if it is no port forward, with the remedy
   */
  public static PortForward parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new InputException(
          "'%s': not a port forward; write it like 2222:22, 53:53/udp or 0.0.0.0:8080:80"
              .formatted(text));
    }
    String four = parts.group("four");
    String six = parts.group("six");
    return new PortForward(
        "udp".equals(parts.group("protocol")),
        four != null ? four : six != null ? six : DEFAULT_ADDRESS,
        port(text, parts.group("host")),
        port(text, parts.group("guest")));
  }

  private static int port(String text, String number) {
    int port = Integer.parseInt(number);
    if (port < 1 || port > 65_535) {
      throw new InputException("'%s': no port %d; use 1 to 65535".formatted(text, port));
    }
    return port;
  }

  @Override
  public String toString() {
    return "%s:%d:%d/%s"
        .formatted(
            address.contains(":") ? "[" + address + "]" : address,
            hostPort,
            guestPort,
            udp ? "udp" : "tcp");
  }
}
