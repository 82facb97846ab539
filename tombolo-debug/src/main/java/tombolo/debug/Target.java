// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.util.List;
import java.util.function.Consumer;
import tombolo.machine.debug.Debuggable;
import tombolo.memory.GuestMemory;

/**
 * A VM that a debugger stops and lets go. Used by one session at a time, on its thread. What the
 * VM's state is, is looked at only between a stop and the next {@link #resume}.
 */
public interface Target {
  /** Returns the VM's name. */
  String name();

  /** Returns its vCPUs by index, as they are at this stop. */
  List<Debuggable> vcpus();

  /** Returns its memory, as it is at this stop. */
  GuestMemory memory();

  /** Returns whether registers and memory may be written. */
  boolean isWritable();

  /** Returns whether it can go backwards. */
  boolean goesBackwards();

  /**
   * A debugger has come. The target stops, unless it has stopped already.
   *
   * @param stopped is told of this stop, and of each one that follows a {@link #resume}, by any
   *     thread; it waits for nobody
   */
  void attach(Consumer<StopEvent> stopped);

  /** The session has heard of a stop. Returns when nothing runs any more. */
  void settle();

  /** Sets where it stops. Called while it is stopped. */
  void setStops(Stops stops);

  /** Goes on. Called while it is stopped. */
  void resume(Resumption how);

  /** Has it stop soon. Called while it goes on. */
  void interrupt();

  /** The debugger has gone, in whatever state; the target goes on without one. */
  void detach();

  /** The debugger wants the end of the run. */
  void kill();

  /** Returns a line about the present stop, for the person at the debugger. */
  String describe();
}
