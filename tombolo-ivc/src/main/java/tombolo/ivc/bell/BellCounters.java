// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import java.util.concurrent.atomic.LongAdder;

/** Counts what has become of all rings in a directory. Thread-safe. */
public final class BellCounters {
  /** All rings. */
  public final LongAdder rings = new LongAdder();

  /** Rings that made a bell ring, or sent a pulse. */
  public final LongAdder delivered = new LongAdder();

  /** Rings that found the bell rung already, or a ring waiting. */
  public final LongAdder coalesced = new LongAdder();

  /** Rings that had to wait for a token. */
  public final LongAdder delayed = new LongAdder();

  /** Rings whose target had left. */
  public final LongAdder dropped = new LongAdder();
}
