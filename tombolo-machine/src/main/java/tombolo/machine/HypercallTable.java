// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The hypercalls of one VM by code. Thread-safe; entries can come while the VM runs. */
public final class HypercallTable {
  /** What a guest gets for a code that nobody answers. */
  public static final long UNKNOWN = -1;

  private final ConcurrentHashMap<Long, HypercallHandler> handlers = new ConcurrentHashMap<>();

  /** A table without entries. */
  public HypercallTable() {}

  /**
   * Answers a code from now on.
   *
   * @throws IllegalArgumentException if the code is taken
   */
  public HypercallTable register(long code, HypercallHandler handler) {
    if (handlers.putIfAbsent(code, handler) != null) {
      throw new IllegalArgumentException("hypercall 0x%x is taken".formatted(code));
    }
    return this;
  }

  @Nullable HypercallHandler find(long code) {
    return handlers.get(code);
  }
}
