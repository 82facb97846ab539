// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.io.Serial;

/**
 * A refusal of {@link GuestMemory#map} or {@link GuestMemory#unmap} because of what is mapped.
 * Nothing has changed. The message names the range and the region in the way.
 */
public final class GuestMapException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  GuestMapException(String message) {
    super(message);
  }
}
