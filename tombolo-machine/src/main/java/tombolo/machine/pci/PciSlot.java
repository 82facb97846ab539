// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A function in its slot: configuration, and where its BARs answer. Guarded by its bridge's lock.
 */
final class PciSlot {
  private static final long NOWHERE = -1;

  final PciConfig config;
  final PciInterrupts.Pin pin;
  private final List<PciBar> bars;
  private final long[] assigned;
  private final long[] placed;
  private final @Nullable PciFunction function;
  private final @Nullable Msix msix;

  /**
   * @param bars the function's, and that of its messages
   * @param assigned an address for each BAR, in the order of the list
   * @param function what is in the slot, or null if that is the bridge itself
   */
  PciSlot(
      PciConfig config,
      List<PciBar> bars,
      long[] assigned,
      PciInterrupts.Pin pin,
      @Nullable PciFunction function) {
    this.config = config;
    this.pin = pin;
    this.function = function;
    this.msix = function == null ? null : function.msix();
    this.bars = bars;
    this.assigned = assigned;
    this.placed = new long[bars.size()];
    Arrays.fill(placed, NOWHERE);
    bars.forEach(config::declare);
    assign();
  }

  /** Puts the addresses of power-on into the BARs. */
  void assign() {
    for (int i = 0; i < bars.size(); i++) {
      config.assign(bars.get(i), assigned[i]);
    }
    config.resetCapabilities();
    settleInterrupts();
  }

  /** Has pin and messages follow the configuration: messages, once enabled, replace the pin. */
  private void settleInterrupts() {
    if (msix != null) {
      msix.busMaster(config.busMaster());
    }
    pin.mask(config.intxDisabled() || (msix != null && msix.enabled()));
  }

  /** Returns what is in the slot; empty where that is the bridge itself. */
  Optional<PciFunction> function() {
    return Optional.ofNullable(function);
  }

  /** The function's part of a reset; its BARs have their addresses. */
  void reset() {
    if (msix != null) {
      msix.reset();
    }
    if (function != null) {
      function.reset();
    }
  }

  /** A store to configuration space. */
  void configure(int offset, int size, long value) {
    boolean mastered = config.busMaster();
    config.write(offset, size, value);
    settleInterrupts();
    if (mastered && !config.busMaster() && function != null) {
      function.mastershipEnded();
    }
  }

  /** The VM is closed. */
  void close() {
    if (function != null) {
      function.close();
    }
  }

  /** Takes away what no longer is where its BAR says. */
  void removeMoved() {
    for (int i = 0; i < placed.length; i++) {
      PciBar bar = bars.get(i);
      if (placed[i] != NOWHERE && placed[i] != config.address(bar)) {
        bar.target().remove(placed[i]);
        placed[i] = NOWHERE;
      }
    }
  }

  /** Whether a BAR of this function answers at one of these addresses. */
  boolean answersIn(long gpa, long size) {
    for (int i = 0; i < placed.length; i++) {
      if (placed[i] != NOWHERE && placed[i] < gpa + size && gpa < placed[i] + bars.get(i).size()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Places what is nowhere and should be somewhere.
   *
   * @param free whether the bridge forwards these addresses, and nothing answers there
   */
  void placeMissing(BiPredicate<Long, Long> free) {
    for (int i = 0; i < placed.length; i++) {
      PciBar bar = bars.get(i);
      long wanted = config.address(bar);
      if (placed[i] == NOWHERE
          && wanted != NOWHERE
          && free.test(wanted, bar.size())
          && bar.target().place(wanted)) {
        placed[i] = wanted;
      }
    }
  }
}
