// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.image;

import java.util.List;

/** Raw bytes that are loaded as they are and entered at their first one. */
public final class FlatImage {
  private FlatImage() {}

  /**
   * An image of these bytes.
   *
   * @param bytes the whole file
   * @param address guest physical address, not negative, where the board wants such images
   * @param name what messages call the file, usually its path
   * @throws ImageException if there are no bytes
   */
  public static KernelImage parse(byte[] bytes, long address, String name) {
    if (bytes.length == 0) {
      throw new ImageException(name + ": the file is empty");
    }
    KernelImage.Segment all = new KernelImage.Segment(address, bytes.clone(), bytes.length);
    return new KernelImage("flat", List.of(all), address, SymbolTable.EMPTY);
  }
}
