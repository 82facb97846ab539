// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

/** Decides whether a hart runs on to its next access to shared memory. */
@FunctionalInterface
interface Preemption {
  /**
   * Returns whether other workers run before the access that the hart is about to do.
   *
   * @param host the address of the access in the host
   */
  boolean preempts(long host, boolean store);
}
