// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/** How a channel's memory is divided; the codes are those of docs/abi.md, "A request slot". */
public enum Layout {
  /** One piece, as AxVisor's guests expect. */
  RAW(0),
  /** A header, and a section a side that only its owner can write. */
  SECTIONED(1);

  private final int code;

  Layout(int code) {
    this.code = code;
  }

  /** The number that guests see. */
  public int code() {
    return code;
  }
}
