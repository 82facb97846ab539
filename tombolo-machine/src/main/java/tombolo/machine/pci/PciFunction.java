// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device behind a {@link PciHost}. The bridge keeps the function's configuration space; the
 * function says what it is and does the work behind its BARs.
 */
public interface PciFunction {
  /** What the function is called in logs and statistics, for example "ivc". */
  String name();

  /** What it says it is. */
  PciIdentity identity();

  /** Its base address registers, always the same; may be empty. Without the BAR of MSI-X. */
  List<PciBar> bars();

  /** Its capabilities besides MSI-X, always the same. */
  default List<PciCapability> capabilities() {
    return List.of();
  }

  /**
   * Its message-signalled interrupts, always the same, or null if it has only its pin. The bridge
   * adds their capability and their BAR, and cuts the pin off while the guest has them enabled.
   */
  default @Nullable Msix msix() {
    return null;
  }

  /**
   * Back to the state of power-on, because the board is. Called while no vCPU runs, under the
   * bridge's lock, when the BARs are where they are at power-on.
   */
  default void reset() {}

  /**
   * The guest has cleared the Bus Master Enable bit of the command register, which was set: nobody
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
}
