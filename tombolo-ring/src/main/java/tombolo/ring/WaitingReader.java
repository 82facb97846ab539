// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * Reads from a ring and waits where there is nothing, and wakes a writer that waits for room. For
 * one thread at a time. Nothing is allocated.
 */
public final class WaitingReader implements AutoCloseable {
  private final RingReader reader;
  private final Waiting how;
  private final Bell bell;
  private final Sleeper sleeper;

  /**
   * Waits for that reader, which nobody else uses.
   *
   * @param how the same as on the other side
   * @param bell rings the other side and is rung by it; where nobody sleeps, its clock is used only
   */
  public WaitingReader(RingReader reader, Waiting how, Bell bell) {
    this.reader = reader;
    this.how = how;
    this.bell = bell;
    this.sleeper = new Sleeper(how, bell, reader::sleep, reader::wake);
    ringIfAsked(); // the other side may sleep until this one is there
  }

  /**
   * Reads messages that are there, or else waits for the first.
   *
   * @param limit how many at the most, at least 1
   * @param nanos how long to wait; 0 or less not at all
   * @return how many were read, 0 if there was none in that time or the bell ended the wait, or an
   *     {@link Answer}, which is negative
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public int drain(MessageHandler handler, int limit, long nanos) throws InterruptedException {
    sleeper.begin(nanos);
    while (true) {
      int count = drain(handler, limit);
      if (count != 0) {
        sleeper.found(count);
        return count;
      }
      if (!sleeper.waitOn()) {
        return 0;
      }
    }
  }

  /** What is read makes room, even if the handler throws after it. */
  private int drain(MessageHandler handler, int limit) {
    try {
      return reader.drain(handler, limit);
    } finally {
      ringIfAsked();
    }
  }

  /** Leaves the ring, and wakes a writer that waits, to learn of it. */
  @Override
  public void close() {
    reader.close();
    ringIfAsked();
  }

  private void ringIfAsked() {
    if (how.rings() && reader.peerSleeps()) {
      bell.ring();
    }
  }
}
