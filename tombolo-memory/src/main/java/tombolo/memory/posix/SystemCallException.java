// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A failure of a C library call. The message has the call and errno's name and meaning. */
public final class SystemCallException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  SystemCallException(String call, int errno) {
    this(call, errno, null);
  }

  SystemCallException(String call, int errno, @Nullable Throwable cause) {
    super(call + " failed with " + Errno.describe(errno), cause);
  }
}
