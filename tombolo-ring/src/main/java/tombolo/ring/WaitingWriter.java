// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;

/**
 * Writes into a ring, waits while there is no room or no reader, and wakes a sleeping reader. One
 * thread at a time may use it. No call allocates.
 */
public final class WaitingWriter implements AutoCloseable {
  private final RingWriter writer;
  private final Waiting how;
  private final Bell bell;
  private final Sleeper sleeper;
  private int length;

  /**
   * Wraps a writer, which nobody else may use from then on.
   *
   * @param how the mode, the same as the other side's
   * @param bell rings the other side and is rung by it; with {@link Waiting#SPIN} only its clock is
   *     used
   */
  public WaitingWriter(RingWriter writer, Waiting how, Bell bell) {
    this.writer = writer;
    this.how = how;
    this.bell = bell;
    this.sleeper = new Sleeper(how, bell, () -> writer.sleep(length), writer::wake);
    ringIfAsked(); // the other side may be asleep until this one is there
  }

  /**
   * Copies a message into the ring as {@link RingWriter#offer} does, and waits for room if there is
   * none.
   *
   * @param nanos how long to wait at most, in nanoseconds; 0 or less means not at all
   * @return {@link Answer#OK}; {@link Answer#BACK_PRESSURED} or {@link Answer#NOT_CONNECTED} if
   *     that lasted until the time was over or the bell ended the wait; or another answer, at once
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public int offer(int type, MemorySegment source, long offset, int length, long nanos)
      throws InterruptedException {
    begin(length, nanos);
    while (true) {
      int answer = writer.offer(type, source, offset, length);
      ringIfAsked();
      if (!isToWaitAfter(answer)) {
        return answer;
      }
    }
  }

  /**
   * Claims room as {@link RingWriter#tryClaim} does, and waits for room if there is none.
   *
   * @param nanos how long to wait at most, in nanoseconds; 0 or less means not at all
   * @return the offset for the message's bytes, or a negative answer as from {@link #offer}
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public int claim(int type, int length, long nanos) throws InterruptedException {
    begin(length, nanos);
    while (true) {
      int answer = writer.tryClaim(type, length);
      if (answer < 0) {
        ringIfAsked();
      }
      if (!isToWaitAfter(answer)) {
        return answer;
      }
    }
  }

  /**
   * Publishes the claimed message.
   *
   * @throws IllegalStateException if none is claimed
   */
  public void commit() {
    writer.commit();
    ringIfAsked();
  }

  /**
   * Gives the claimed room back. The message is never seen, and nobody is woken for it.
   *
   * @throws IllegalStateException if none is claimed
   */
  public void abort() {
    writer.abort();
  }

  /** Leaves the ring, and wakes a waiting reader so that it learns of it. */
  @Override
  public void close() {
    writer.close();
    ringIfAsked();
  }

  private void begin(int length, long nanos) {
    this.length = length;
    sleeper.begin(nanos);
  }

  private boolean isToWaitAfter(int answer) throws InterruptedException {
    return (answer == Answer.BACK_PRESSURED || answer == Answer.NOT_CONNECTED) && sleeper.waitOn();
  }

  private void ringIfAsked() {
    if (how.rings() && writer.peerSleeps()) {
      bell.ring();
    }
  }
}
