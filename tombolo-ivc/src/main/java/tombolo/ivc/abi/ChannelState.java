// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/** A stage of a channel's life; the codes are those of docs/abi.md, "A request slot". */
public enum ChannelState {
  /** Published; can be joined. */
  LIVE(1),
  /** Its publisher has died. Its subscribers keep the memory. */
  ORPHANED(2),
  /** Its publisher has unpublished it. Its subscribers keep the memory. */
  WITHDRAWN(3);

  private final int code;

  ChannelState(int code) {
    this.code = code;
  }

  /** Returns the number that guests see. */
  public int code() {
    return code;
  }
}
