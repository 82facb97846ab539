// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/** Counters of all rings in a directory, and of what became of them. Thread-safe. */
public final class BellCounters implements Stateful {
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

  private final List<LongAdder> all = List.of(rings, delivered, coalesced, delayed, dropped);

  @Override
  public void save(StateWriter out) {
    all.forEach(counter -> out.number(counter.sum()));
  }

  @Override
  public void restore(StateReader in) {
    for (LongAdder counter : all) {
      counter.reset();
      counter.add(in.int64());
    }
  }
}
