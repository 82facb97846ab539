// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.io.Serial;

/** A file cannot be a disk. The message is for people: which file, what is wrong, what to do. */
public final class DiskImageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  DiskImageException(String message) {
    super(message);
  }
}
