// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

/**
 * Why a simulated run counts as failed.
 *
 * @param kind what kind of failure
 * @param what a line for people: who, and what happened
 */
public record Failure(Kind kind, String what) {
  /** Kinds of failure. */
  public enum Kind {
    /** A guest reported failure, or could not go on. */
    STATUS,
    /** A guest printed what it must not print. */
    CONSOLE,
    /** Nothing can run any more, and a VM has not ended. */
    DEADLOCK,
    /** The directory of channels contradicts itself. */
    DIRECTORY,
    /** The limit of virtual time was reached, and a VM has not ended. */
    TIME
  }
}
