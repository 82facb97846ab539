// SPDX-License-Identifier: Apache-2.0

package tombolo.topology;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import tombolo.machine.virtio.DiskImage;
import tombolo.machine.virtio.DiskImageException;

/**
 * A disk, as people write it: {@code FILE} or {@code FILE,readonly}.
 *
 * @param file the image
 * @param readOnly whether the guest cannot write it
 */
public record DiskSpec(Path file, boolean readOnly) {
  /** The most disks of a VM. */
  public static final int MOST = 16;

  private static final String READ_ONLY = ",readonly";

  /**
   * Parses what a person wrote.
   *
   * @throws InvalidPathException if the file is not a path
   */
  public static DiskSpec parse(String text) {
    return text.endsWith(READ_ONLY)
        ? new DiskSpec(Path.of(text.substring(0, text.length() - READ_ONLY.length())), true)
        : new DiskSpec(Path.of(text), false);
  }

  /** Returns the disk with its path relative to another file. */
  public DiskSpec besides(Path other) {
    return new DiskSpec(other.resolveSibling(file), readOnly);
  }

  /**
   * Checks the file.
   *
   * @throws DiskImageException if it can't be such a disk, with the reason
   */
  public void check() {
    DiskImage.check(file, readOnly);
  }
}
