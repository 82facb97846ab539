// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

/** Answers one hypercall. Called by vCPU threads, several at once; must not wait for long. */
@FunctionalInterface
public interface HypercallHandler {
  /** What the guest passed. */
  @FunctionalInterface
  interface Arguments {
    /**
     * One argument, as the guest's register held it.
     *
     * @param number 0 to 5
     */
    long get(int number);
  }

  /** Does what the guest asks for and returns its answer; negative is an error by convention. */
  long handle(Arguments arguments);
}
