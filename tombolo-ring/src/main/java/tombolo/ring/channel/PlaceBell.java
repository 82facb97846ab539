// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.channel;

import tombolo.ring.Bell;

/**
 * A channel's doorbell as the bell of the ring in the channel. For the thread that uses the ring.
 *
 * <p>A wait also ends when anybody comes, goes or dies: the channel tells, and the ring does not.
 * No such change is missed: the user of the ring calls {@link #noteChanges} before it looks at the
 * ring, and a wait ends at once if anything has changed since.
 */
final class PlaceBell implements Bell {
  private final RingPlace place;
  private int seen;

  PlaceBell(RingPlace place) {
    this.place = place;
    seen = place.changes() - 1;
  }

  /**
   * Takes note of all changes so far. Returns true if there was one since the last call, and the
   * first time.
   */
  boolean noteChanges() {
    int now = place.changes();
    boolean changed = now != seen;
    seen = now;
    return changed;
  }

  @Override
  public boolean endsWait() {
    return place.changes() != seen;
  }

  @Override
  public void ring() {
    place.ring();
  }

  @Override
  public void await(long nanos) throws InterruptedException {
    place.awaitDoorbellOrChange(seen, nanos);
  }

  @Override
  public long nanoTime() {
    return place.nanoTime();
  }
}
