// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/** Where a channel is in its life; the codes are those of docs/abi.md, "A request slot". */
public enum ChannelState {
  /** Published; can be joined. */
  LIVE(1),
  /** Its publisher has died. Who had joined keeps the memory. */
  ORPHANED(2),
  /** Its publisher has unpublished it. Who had joined keeps the memory. */
  WITHDRAWN(3);

  private final int code;

  ChannelState(int code) {
    this.code = code;
  }

  /** The number that guests see. */
  public int code() {
    return code;
  }
}
