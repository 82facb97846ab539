// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/** A way to divide a channel's memory; the codes are those of docs/abi.md, "A request slot". */
public enum Layout {
  /** One piece, as AxVisor's guests expect. */
  RAW(0),
  /** A header, and a section for each side that only its owner can write. */
  SECTIONED(1);

  private final int code;

  Layout(int code) {
    this.code = code;
  }

  /** Returns the number that guests see. */
  public int code() {
    return code;
  }
}
