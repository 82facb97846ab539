// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

/**
 * A part of a contender that takes turns: the sending end, the receiving end, or both. Between two
 * turns it does nothing, because then the processors belong to another contender. Used by one
 * thread.
 */
@FunctionalInterface
interface End {
  /**
   * Takes a turn, and returns when its part of it is over.
   *
   * @throws tombolo.bench.suite.BenchmarkException if a message is lost, wrong, or does not come
   */
  Took take(Turn turn);
}
