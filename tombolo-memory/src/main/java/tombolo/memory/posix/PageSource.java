// SPDX-License-Identifier: Apache-2.0
package tombolo.memory.posix;

import java.lang.foreign.Arena;

/**
 * Gives zeroed pages that live as long as an arena. Thread-safe.
 *
 * <p>Closing the arena gives the pages back. Where a method throws, the arena owns nothing new.
 */
public interface PageSource {
  /** The best source that this host has. */
  static PageSource ofThisHost() {
    return HostPages.SOURCE;
  }

  /**
   * Pages for use inside this process.
   *
   * @param size bytes, a positive multiple of 4,096
   * @throws SystemCallException if the host refuses
   */
  Pages allocate(long size, Arena owner);

  /**
   * Pages that another process can map by their file descriptor, where the host has such; of fixed
   * size for ever. Elsewhere the same as {@link #allocate}.
   *
   * @param name for people who look at the process from outside
   * @param size bytes, a positive multiple of 4,096
   * @throws SystemCallException if the host refuses
   */
  Pages allocateShareable(String name, long size, Arena owner);
}
