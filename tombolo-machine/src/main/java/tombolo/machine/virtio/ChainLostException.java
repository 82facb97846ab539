// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.io.Serial;

/**
 * A chain's memory is out of reach: the device was reset after the chain was taken, or is broken,
 * perhaps by this very access, because the chain names memory that is gone. Nothing is left to do
 * for the chain, not even to complete it.
 */
public final class ChainLostException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  ChainLostException(String message) {
    // Guests can cause these as fast as they like, and nobody looks at the stack.
    super(message, null, false, false);
  }
}
