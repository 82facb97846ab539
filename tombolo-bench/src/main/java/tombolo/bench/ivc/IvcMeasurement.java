// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.io.IOException;

/** A part of suite {@code ivc}. */
interface IvcMeasurement {
  /** Returns the name in progress messages. */
  String name();

  /** Measures once. Makes what it needs, and closes it again. */
  void measure(IvcResults results) throws InterruptedException, IOException;
}
