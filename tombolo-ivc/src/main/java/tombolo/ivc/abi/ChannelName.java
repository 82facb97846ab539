// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/** The rule for names of channels: 1 to 64 ASCII letters, digits, and {@code - _ .} */
public final class ChannelName {
  /** The most characters, each of which is a byte. */
  public static final int MAX_LENGTH = 64;

  private ChannelName() {}

  /** Returns whether a name keeps the rule. */
  public static boolean isValid(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_LENGTH
        && name.chars().allMatch(ChannelName::isValid);
  }

  private static boolean isValid(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.';
  }
}
