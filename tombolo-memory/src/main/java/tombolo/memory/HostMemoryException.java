// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.io.Serial;

/**
 * The host did not give or take back memory. The message says how much was asked for, and which
 * call failed with which errno.
 */
public final class HostMemoryException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  HostMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
