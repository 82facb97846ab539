// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import java.util.regex.Pattern;

/**
 * An Ethernet address of one station.
 *
 * @param bits 48 bits, the first octet highest
 */
public record MacAddress(long bits) {
  private static final Pattern TEXT = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");
  private static final long GROUP = 1L << 40;
  private static final long LOCAL = 0x02_544d_00_0000L;

  /** Checks that it is an address of one station: 48 bits, not zero, no group. */
  public MacAddress {
    if (bits <= 0 || bits >>> 48 != 0 || isGroup(bits)) {
      throw new IllegalArgumentException("0x%x is no station's address".formatted(bits));
    }
  }

  /**
   * Returns the address of a VM in a network of a topology: locally administered, and the same in
   * each run.
   *
   * @param network its number, 1 to 255
   * @param vm the VM's id, 1 to 65535
   */
  public static MacAddress of(int network, int vm) {
    return new MacAddress(LOCAL | (long) network << 16 | vm);
  }

  /**
   * Parses six octets, in hexadecimal, with colons.
   *
   * @throws IllegalArgumentException if it is no such address, or that of a group
   */
  public static MacAddress parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException("not six octets like 02:00:00:00:00:01");
    }
    long bits = Long.parseLong(text.replace(":", ""), 16);
    if (isGroup(bits) || bits == 0) {
      throw new IllegalArgumentException(
          "an address of a group, or of nobody; the first octet has to be even");
    }
    return new MacAddress(bits);
  }

  /** Whether frames to this address are for more than one station. */
  static boolean isGroup(long bits) {
    return (bits & GROUP) != 0;
  }

  /** Returns the six octets. */
  public byte[] octets() {
    byte[] octets = new byte[6];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) (bits >>> (40 - 8 * i));
    }
    return octets;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (byte octet : octets()) {
      text.append(text.isEmpty() ? "" : ":").append("%02x".formatted(octet));
    }
    return text.toString();
  }
}
