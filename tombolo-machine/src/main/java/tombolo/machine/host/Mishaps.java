// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

/**
 * What goes wrong on purpose. Whoever does something that may fail, or come late, for reasons which
 * a guest has to live with, asks here first. An ordinary host answers no; a simulation answers yes
 * now and then, as its seed says.
 */
@FunctionalInterface
public interface Mishaps {
  /** Nothing goes wrong on purpose. */
  Mishaps NONE = (_, _) -> 0;

  /** An occasion. */
  enum Kind {
    /** A doorbell rings for the VM: it comes later, as one over its rate does. */
    LATE_BELL,
    /** A vCPU of the VM waits for an interrupt: it goes on without one. */
    WAKE_UP,
    /** The VM publishes or joins a channel: there is no memory, or no room. */
    REFUSAL,
    /** A disk of the VM serves a request: it takes longer. */
    SLOW_DISK,
    /** A disk of the VM serves a request: it fails. */
    DISK_ERROR,
    /** A network card of the VM gets a frame: it is lost. */
    LOST_PACKET,
    /** A network card of the VM gets a frame: the next one overtakes it. */
    SWAPPED_PACKET
  }

  /**
   * Says whether something goes wrong at an occasion.
   *
   * @param vm the VM's name
   * @return 0 if not; otherwise, for what comes late, how late, in nanoseconds
   */
  long strikes(Kind kind, String vm);
}
