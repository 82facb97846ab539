// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

/** A VM's time. Thread-safe, monotonic. */
@FunctionalInterface
public interface Clock {
  /** Nanoseconds since a fixed but arbitrary moment; never less than an earlier answer. */
  long nanos();

  /** The host's monotonic clock. */
  static Clock system() {
    return System::nanoTime;
  }
}
