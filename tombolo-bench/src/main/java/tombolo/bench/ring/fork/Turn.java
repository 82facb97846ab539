// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

/** One step of a contender's fork; both of its ends take part. */
public enum Turn {
  /** One slice of messages that follow each other as fast as they go. Answered by their rate. */
  STREAM,
  /**
   * One slice of messages on a schedule. Answered by the median of their latencies; all of them are
   * kept for {@link #SUMMARY}.
   */
  TIMED,
  /** Ends the warm-up: all latencies until now are forgotten. */
  FORGET,
  /** Answered by the 99th and the 99.9th percentile of all latencies that were not forgotten. */
  SUMMARY
}
