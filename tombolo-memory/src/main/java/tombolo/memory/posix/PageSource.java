// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.lang.foreign.Arena;

/**
 * Allocates zeroed pages that live as long as an arena. Thread-safe.
 *
 * <p>Closing the arena gives the pages back. If a method throws, the arena owns nothing new.
 */
public interface PageSource {
  /** Returns the best source that this host has. */
  static PageSource ofThisHost() {
    return HostPages.SOURCE;
  }

  /**
   * Allocates pages for use inside this process.
   *
   * @param size bytes, a positive multiple of 4,096
   * @throws SystemCallException if the host refuses
   */
  Pages allocate(long size, Arena owner);

  /**
   * Allocates pages that another process can map by their file descriptor, and whose size can never
   * change. On hosts without such pages this is {@link #allocate}.
   *
   * @param name shown to people who look at the process from outside
   * @param size bytes, a positive multiple of 4,096
   * @throws SystemCallException if the host refuses
   */
  Pages allocateShareable(String name, long size, Arena owner);
}
