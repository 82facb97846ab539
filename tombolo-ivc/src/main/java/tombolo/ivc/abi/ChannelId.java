// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/**
 * A channel's address between endpoints. The live channels of a publisher have different keys.
 *
 * @param publisher the publisher's id
 * @param key any 64 bits
 */
public record ChannelId(int publisher, long key) {
  @Override
  public String toString() {
    return "%d:0x%x".formatted(publisher, key);
  }
}
