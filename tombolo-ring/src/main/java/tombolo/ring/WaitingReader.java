// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/**
 * Reads from a ring, waits while it is empty, and wakes a writer that sleeps until there is room.
 * One thread at a time may use it. It allocates nothing itself.
 */
public final class WaitingReader implements AutoCloseable {
  private final RingReader reader;
  private final Waiting how;
  private final Bell bell;
  private final Sleeper sleeper;

  /**
   * Wraps a reader, which nobody else may use from then on.
   *
   * @param how the mode, the same as the other side's
   * @param bell rings the other side and is rung by it; with {@link Waiting#SPIN} only its clock is
   *     used
   */
  public WaitingReader(RingReader reader, Waiting how, Bell bell) {
    this.reader = reader;
    this.how = how;
    this.bell = bell;
    this.sleeper = new Sleeper(how, bell, reader::sleep, reader::wake);
    ringIfAsked(); // the other side may be asleep until this one is there
  }

  /**
   * Reads the messages that are there. If there are none, waits for the first.
   *
   * @param limit the largest number of messages to read, at least 1
   * @param nanos how long to wait at most, in nanoseconds; 0 or less means not at all
   * @return the number of messages read; 0 if none came in that time or the bell ended the wait; or
   *     a negative {@link Answer}
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

  /** Reads once. Rings the writer even if the handler throws: reading has made room. */
  private int drain(MessageHandler handler, int limit) {
    try {
      return reader.drain(handler, limit);
    } finally {
      ringIfAsked();
    }
  }

  /** Leaves the ring, and wakes a waiting writer so that it learns of it. */
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
