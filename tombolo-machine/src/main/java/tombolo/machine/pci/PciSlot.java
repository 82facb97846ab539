// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * A function in its slot: configuration, and where its BARs answer. Guarded by its bridge's lock.
 *
 * <p>Its state is saved in two parts, because a function is restored when the BARs of all functions
 * are in their places: {@link #savePlaces}, then {@link #saveFunction}.
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
   * Makes a slot with the BARs of power-on, which answer nowhere yet.
   *
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

  /** Makes pin and messages follow the configuration: messages, once enabled, replace the pin. */
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

  /** Resets the function; its BARs have their addresses. */
  void reset() {
    if (msix != null) {
      msix.reset();
    }
    if (function != null) {
      function.reset();
    }
  }

  /** Stores to configuration space. */
  void configure(int offset, int size, long value) {
    boolean mastered = config.busMaster();
    config.write(offset, size, value);
    settleInterrupts();
    if (mastered && !config.busMaster() && function != null) {
      function.mastershipEnded();
    }
  }

  /** Closes the function, with its VM. */
  void close() {
    if (function != null) {
      function.close();
    }
  }

  /** Removes what no longer is where its BAR says. */
  void removeMoved() {
    for (int i = 0; i < placed.length; i++) {
      PciBar bar = bars.get(i);
      if (placed[i] != NOWHERE && placed[i] != config.address(bar)) {
        bar.target().remove(placed[i]);
        placed[i] = NOWHERE;
      }
    }
  }

  /** Returns whether a BAR of this function answers at one of these addresses. */
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
      place(i, free);
    }
  }

  private void place(int index, BiPredicate<Long, Long> free) {
    PciBar bar = bars.get(index);
    long wanted = config.address(bar);
    if (placed[index] == NOWHERE
        && wanted != NOWHERE
        && free.test(wanted, bar.size())
        && bar.target().place(wanted)) {
      placed[index] = wanted;
    }
  }

  /** Writes configuration space, and which BARs answer: two that overlap do not both. */
  void savePlaces(StateWriter out) {
    out.part("config", config);
    for (long at : placed) {
      out.flag(at != NOWHERE);
    }
  }

  /**
   * Reads what {@link #savePlaces} wrote, and removes every BAR that moves.
   *
   * @return which BARs are to answer; for {@link #restorePlaces}
   */
  boolean[] restoreConfig(StateReader in) {
    in.part("config", config);
    boolean[] answering = new boolean[placed.length];
    for (int i = 0; i < placed.length; i++) {
      answering[i] = in.flag();
      if (placed[i] != NOWHERE && !answering[i]) {
        bars.get(i).target().remove(placed[i]);
        placed[i] = NOWHERE;
      }
    }
    removeMoved();
    return answering;
  }

  /**
   * Places the BARs that answered; those of all slots have been removed from where they were.
   *
   * @param free whether the bridge forwards these addresses, and nothing answers there
   */
  void restorePlaces(StateReader in, boolean[] answering, BiPredicate<Long, Long> free) {
    for (int i = 0; i < placed.length; i++) {
      if (answering[i]) {
        place(i, free);
        if (placed[i] == NOWHERE) {
          throw in.wrong(
              "BAR %d cannot be at 0x%x"
                  .formatted(bars.get(i).index(), config.address(bars.get(i))));
        }
      }
    }
  }

  /** Writes messages and function. */
  void saveFunction(StateWriter out) {
    if (msix != null) {
      out.part("msix", msix);
    }
    if (function != null) {
      out.part(function.name(), function);
    }
  }

  /** Reads what {@link #saveFunction} wrote, and sets the pin as it all says. */
  void restoreFunction(StateReader in) {
    if (msix != null) {
      in.part("msix", msix);
    }
    settleInterrupts();
    if (function != null) {
      in.part(function.name(), function);
    }
  }
}
