// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

/** Sees what happens in a watched run, to tell it as a {@link Timeline}. */
interface Observer {
  /** Sees nothing. */
  Observer NONE = new Observer() {};

  /** A worker stops where it could go on, and another one is next, or the same one. */
  default void switched(String task, String next) {}

  /**
   * A hart has loaded from shared memory.
   *
   * @param gpa the address that the guest sees
   * @param older by how many values it is older than the latest
   */
  default void loaded(String hart, long pc, long gpa, int size, long value, int older) {}

  /**
   * A hart has stored to shared memory.
   *
   * @param number of the store, of those by this hart
   * @param waits whether it is not visible yet
   */
  default void stored(
      String hart, long pc, long gpa, int size, long value, long number, boolean waits) {}

  /** A store that waited is visible now. */
  default void visible(String hart, long number, long value) {}

  /** A hart has executed an atomic, which has left a value. */
  default void atomic(String hart, long pc, long gpa, long value) {}

  /** A hart accesses several bytes by one instruction. */
  default void accessed(String hart, long pc, long gpa, boolean store) {}

  /** A hart accesses a device; where its code is, is not known. */
  default void device(String hart, long gpa) {}

  /** A hart takes an interrupt. */
  default void interrupted(String hart, long pc) {}

  /** Something fails, or comes late. */
  default void mishap(Decision.Mishap mishap) {}

  /** A fault comes. */
  default void fault(Decision.Strike strike) {}
}
