// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.io.IOException;

/** A part of suite {@code ivc}. */
interface IvcMeasurement {
  /** For who waits. */
  String name();

  /** Measures once, from making what it needs to closing it. */
  void measure(IvcResults results) throws InterruptedException, IOException;
}
