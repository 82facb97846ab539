// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.io.Serial;

/**
 * A failure of the host to give or take back memory. The message says how much was asked for, which
 * call failed, and with which errno.
 */
public final class HostMemoryException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  HostMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
