// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.util.List;
import tombolo.machine.debug.DataAccess;

/**
 * A watchpoint.
 *
 * @param va the virtual address of its first byte
 * @param length in bytes, from 1 to {@link #MOST_BYTES}
 * @param kind which accesses it is for
 * @param places where these bytes were when it was set, in order
 */
public record Watchpoint(long va, int length, Kind kind, List<Place> places) {
  /** The longest, in bytes. */
  public static final int MOST_BYTES = 4096;

  /** Copies the list. */
  public Watchpoint {
    places = List.copyOf(places);
  }

  /** Which accesses a watchpoint is for, with the protocol's number and word. */
  public enum Kind {
    WRITE(2, "watch"),
    READ(3, "rwatch"),
    ACCESS(4, "awatch");

    final int number;
    final String word;

    Kind(int number, String word) {
      this.number = number;
      this.word = word;
    }

    boolean isFor(DataAccess access) {
      return switch (this) {
        case WRITE -> access.store();
        case READ -> access.load();
        case ACCESS -> true;
      };
    }
  }

  /**
   * Bytes in one page.
   *
   * @param gpa the guest physical address of the first one
   */
  public record Place(long gpa, int length) {}
}
