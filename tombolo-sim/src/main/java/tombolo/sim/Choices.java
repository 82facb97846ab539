// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Mishaps;
import tombolo.machine.host.Schedule;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.riscv.hart.Hart;
import tombolo.topology.FaultSpec;

/**
 * Decides all that a watched run leaves open: the schedule, when stores become visible, which value
 * a load returns, which faults come. One for each run, used by its thread.
 */
interface Choices extends Schedule {
  /** Tells of a hart, whose instructions are the positions of the worker of this name. */
  void meet(String task, Hart hart);

  /** The step at hand ends here because a fault comes. */
  void struck();

  /** Returns whether other workers run before the access to shared memory that is next. */
  boolean preempts();

  /** A hart is about to access shared memory: some of the stores that wait may leave. */
  void letStoresGo(List<WeakMemory> harts);

  /** A hart has executed a store, which waits now. */
  void stored(WeakMemory hart);

  /** A store becomes visible, not before the hart and others have done so many accesses more. */
  void left(String hart, long store, long accesses);

  /**
   * Chooses the value that a load returns.
   *
   * @param oldest version that it may return
   * @param newest version, at least the oldest
   */
  int version(String hart, long load, int oldest, int newest);

  /** Returns what goes wrong at an occasion; null if nothing does. */
  Decision.@Nullable Mishap mishap(Mishaps.Kind kind, String vm);

  /** Returns the faults of the run. Called once, before the first mishap can be. */
  List<Decision.Strike> strikes(List<FaultSpec> possible);

  @Override
  default void save(StateWriter out) {
    throw new UnsupportedOperationException("a watched run is repeated, not saved");
  }

  @Override
  default void restore(StateReader in) {
    throw new UnsupportedOperationException("a watched run is repeated, not restored");
  }
}
