// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address and a port of UDP, as people write it: {@code 10.0.0.2:40456}, {@code
 * west.example:40456} or {@code [fd00::2]:40456}; or {@code ipc}, the shared memory of one host.
 *
 * @param host a name or a numeric address, IPv6 without brackets; empty for IPC
 * @param port 1 to 65535; 0 for IPC
 */
public record SocketAddressSpec(String host, int port) {
  /** Two processes that share a media driver of one host. */
  public static final SocketAddressSpec IPC = new SocketAddressSpec("", 0);

  private static final String IPC_TEXT = "ipc";
  private static final int LAST_PORT = 65_535;
  private static final Pattern TEXT =
      Pattern.compile(
          "(?:(?<name>[a-zA-Z0-9][a-zA-Z0-9._-]{0,252})|\\[(?<six>[0-9a-fA-F:.]{2,45})])"
              + ":(?<port>[0-9]{1,5})");

  /**
   * Parses what a person wrote.
   *
   * @throws InputException if it is no address, with the remedy
   */
  public static SocketAddressSpec parse(String text) {
    if (text.equals(IPC_TEXT)) {
      return IPC;
    }
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new InputException(
          "'%s': not an address with a port; write it like 10.0.0.2:40456".formatted(text));
    }
    int port = Integer.parseInt(parts.group("port"));
    if (port < 1 || port > LAST_PORT) {
      throw new InputException("'%s': no port %d; use 1 to 65535".formatted(text, port));
    }
    String six = parts.group("six");
    return new SocketAddressSpec(six == null ? parts.group("name") : six, port);
  }

  /** Whether it is the shared memory of one host. */
  public boolean isIpc() {
    return port == 0;
  }

  @Override
  public String toString() {
    if (isIpc()) {
      return IPC_TEXT;
    }
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
