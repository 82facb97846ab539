// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

/**
 * A version of AxVisor's region together with its layout: what the words of the headers must be.
 * Version 2 has the places and sizes of version 3's layout {@link AxvisorLayout#CELL}; only the
 * version and the third word of a ring's header differ. See docs/ring-format.md. Immutable.
 */
enum RegionFormat {
  V2(2, AxvisorLayout.CELL, "slot payload size", Slot.PAYLOAD),
  V3_CELL(3, AxvisorLayout.CELL, "cell size", AxvisorLayout.CELL.cellSize()),
  V3_SLOT(3, AxvisorLayout.SLOT, "cell size", AxvisorLayout.SLOT.cellSize());

  final int version;
  final AxvisorLayout layout;

  /** The name of the third word of a ring's header. */
  final String sizeName;

  /** The value of that word, in bytes. */
  final int size;

  RegionFormat(int version, AxvisorLayout layout, String sizeName, int size) {
    this.version = version;
    this.layout = layout;
    this.sizeName = sizeName;
    this.size = size;
  }

  /** Returns the format of a version 3 region in that layout. */
  static RegionFormat v3(AxvisorLayout layout) {
    return layout == AxvisorLayout.SLOT ? V3_SLOT : V3_CELL;
  }

  /** Returns the region sizes that this format allows, in bytes, for a message. */
  String regionSizes() {
    return layout.regionSize() + " or more";
  }
}
