// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * A device behind a {@link PciHost}. The bridge keeps the function's configuration space; the
 * function says what it is and does the work behind its BARs.
 *
 * <p>The bridge saves and restores configuration space, the places of the BARs and MSI-X; a
 * function adds what else it has. It is restored when its BARs are where they were. Both are called
 * under the bridge's lock, between {@link #pause} and {@link #resume}.
 */
public interface PciFunction extends Stateful {
  /** Returns the function's name in logs and statistics, for example "ivc". */
  String name();

  /** Returns what it says it is. */
  PciIdentity identity();

  /** Returns its base address registers, always the same, without that of MSI-X; may be empty. */
  List<PciBar> bars();

  /** Returns its capabilities besides MSI-X, always the same. */
  default List<PciCapability> capabilities() {
    return List.of();
  }

  /**
   * Returns its message-signalled interrupts, always the same, or null if it has only its pin. The
   * bridge adds their capability and their BAR, and cuts the pin off while the guest has them
   * enabled.
   */
  default @Nullable Msix msix() {
    return null;
  }

  /**
   * Returns to the state of power-on, because the board does. Called while no vCPU runs, under the
   * bridge's lock, when the BARs are where they are at power-on.
   */
  default void reset() {}

  /**
   * Reacts to the guest's clearing of the Bus Master Enable bit in the command register: nobody
   * there drives the function any more, until the bit is set again. Called by a vCPU thread under
   * the bridge's lock.
   */
  default void mastershipEnded() {}

  /**
   * Comes to rest: returns when none of its workers is in a step, and none enters one before {@link
   * #resume}. Called while no vCPU runs, without the bridge's lock.
   */
  default void pause() {}

  /** Ends {@link #pause}. */
  default void resume() {}

  /**
   * Gives up what it holds: its VM is closed. Called once, by the bridge; nothing comes after it.
   */
  default void close() {}

  /** Writes nothing: for a function without state of its own. */
  @Override
  default void save(StateWriter out) {}

  /** Reads nothing. */
  @Override
  default void restore(StateReader in) {}
}
