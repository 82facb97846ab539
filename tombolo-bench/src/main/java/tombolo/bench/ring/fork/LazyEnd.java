// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An end that is opened by the thread that takes its first turn: the end belongs to that thread,
 * and opening it may have to wait for the other end.
 */
final class LazyEnd implements End {
  private final Supplier<End> opener;
  private @Nullable End opened;

  LazyEnd(Supplier<End> opener) {
    this.opener = opener;
  }

  @Override
  public Took take(Turn turn) {
    End end = opened;
    if (end == null) {
      end = opener.get();
      opened = end;
    }
    return end.take(turn);
  }
}
