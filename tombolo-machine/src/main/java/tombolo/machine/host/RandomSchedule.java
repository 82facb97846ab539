// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.host;

import java.util.List;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/** Every worker that has something to do is as likely to be next, and every length of a step. */
final class RandomSchedule implements Schedule {
  private static final int MOST_INSTRUCTIONS = 20_000;

  private final SplitMix chance;

  RandomSchedule(SplitMix chance) {
    this.chance = chance;
  }

  @Override
  public int next(List<? extends Task> ready) {
    return chance.nextInt(ready.size());
  }

  @Override
  public long budget() {
    return 1L + chance.nextInt(MOST_INSTRUCTIONS);
  }

  @Override
  public void save(StateWriter out) {
    chance.save(out);
  }

  @Override
  public void restore(StateReader in) {
    chance.restore(in);
  }
}
