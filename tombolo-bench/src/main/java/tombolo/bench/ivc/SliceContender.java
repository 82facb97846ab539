// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.io.IOException;

/**
 * One of several that are measured in short slices, in turn. Between its slices it keeps no
 * processor busy. Used by one thread.
 */
interface SliceContender extends AutoCloseable {
  /** Long enough for threads to wake up and for memory to come back into the caches. */
  long LEAD_IN_NANOS = 2_000_000;

  /** Returns the name for whoever waits. */
  String name();

  /** Runs for the lead-in, which does not count, and then for so long. */
  EventTimes run(long nanos) throws InterruptedException, IOException;

  @Override
  void close() throws IOException;
}
