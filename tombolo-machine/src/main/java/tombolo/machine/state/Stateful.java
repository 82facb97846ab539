// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.state;

/**
 * A part of a virtual machine whose state can be written and read back: a hart, an interrupt
 * controller, a device, a queue, a connection, a channel.
 *
 * <p>State is what a guest, a peer or a later step could notice. What follows from it (caches,
 * decoded code, levels of wires that another part computes) is not written but made anew. What was
 * given when the part was made (sizes, names, files) is not state either: a part is restored into
 * one that was made the same way.
 *
 * <p>Both methods are called while nothing runs: every vCPU is outside guest code and every worker
 * is paused. A part asks its own parts, in an order that never changes.
 */
public interface Stateful {
  /** Writes the state. Changes nothing. */
  void save(StateWriter out);

  /**
   * Replaces the state by what {@link #save} wrote.
   *
   * @throws StateException if what there is was not written by such a part; the part is unusable
   *     then, until it is reset
   */
  void restore(StateReader in);
}
