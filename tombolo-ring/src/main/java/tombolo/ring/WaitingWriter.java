// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;

/**
 * Writes into a ring, waits where there is no room or nobody to write for, and wakes a reader that
 * sleeps. For one thread at a time. Nothing is allocated.
 */
public final class WaitingWriter implements AutoCloseable {
  private final RingWriter writer;
  private final Waiting how;
  private final Bell bell;
  private final Sleeper sleeper;
  private int length;

  /**
   * Waits for that writer, which nobody else uses.
   *
   * @param how the same as on the other side
   * @param bell rings the other side and is rung by it; where nobody sleeps, its clock is used only
   */
  public WaitingWriter(RingWriter writer, Waiting how, Bell bell) {
    this.writer = writer;
    this.how = how;
    this.bell = bell;
    this.sleeper = new Sleeper(how, bell, () -> writer.sleep(length), writer::wake);
    ringIfAsked(); // the other side may sleep until this one is there
  }

  /**
   * Copies a message into the ring, as {@link RingWriter#offer}, waiting for room if there is none.
   *
   * @param nanos how long to wait; 0 or less not at all
   * @return {@link Answer#OK}; {@link Answer#BACK_PRESSURED} or {@link Answer#NOT_CONNECTED} if it
   *     was so all the time or until the bell ended the wait; or another answer, at once
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
   * Claims room, as {@link RingWriter#tryClaim}, waiting for it if there is none.
   *
   * @param nanos how long to wait; 0 or less not at all
   * @return where the message's bytes go, or an answer, which is negative, as {@link #offer}
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
   * Gives the claimed room back: the message never was, and nobody is woken for it.
   *
   * @throws IllegalStateException if none is claimed
   */
  public void abort() {
    writer.abort();
  }

  /** Leaves the ring, and wakes a reader that waits, to learn of it. */
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
