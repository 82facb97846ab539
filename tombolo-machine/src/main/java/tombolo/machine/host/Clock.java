// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

/** The time of a topology. Thread-safe, monotonic. */
@FunctionalInterface
public interface Clock {
  /** Returns nanoseconds since a fixed but arbitrary moment; never less than an earlier answer. */
  long nanos();

  /** Returns the host's monotonic clock. */
  static Clock system() {
    return System::nanoTime;
  }
}
