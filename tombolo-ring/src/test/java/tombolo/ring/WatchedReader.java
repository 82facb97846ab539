// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A reader of a broadcast ring with a check that it sees exactly the published messages: those of
 * each stream in order and whole, and, for a lossy reader, as many of them lost as it reports.
 * Types number the messages of all streams from 1. For one thread.
 */
final class WatchedReader {
  private static final int NOT_BEGUN = -1;
  private static final int MOST_AT_ONCE = 3;

  private final BroadcastSide.Reader reader;
  private final MemorySegment part;
  private final boolean lossy;

  /** The lengths of the messages of each stream, which grow. */
  private final List<List<Integer>> streams;

  private final MemorySegment buffer = Arena.ofAuto().allocate(4096, 8);

  /** The stream that is being read, or was read last. */
  private int stream = -1;

  /** Whether a message of that stream was read. */
  private boolean reading;

  /** The index of the stream's next message. */
  private int next = NOT_BEGUN;

  private long lost;
  private int lastType;
  private int read;
  private int restarts;
  private boolean owesRestart;

  WatchedReader(
      BroadcastSide.Reader reader, MemorySegment part, boolean lossy, List<List<Integer>> streams) {
    this.reader = reader;
    this.part = part;
    this.lossy = lossy;
    this.streams = streams;
  }

  boolean isLossy() {
    return lossy;
  }

  boolean isConnected() {
    return reader.isConnected();
  }

  /** The writer's generation that the reader's part says it has joined. */
  long joined() {
    return RingFixture.get(part, Part.PEER_AT);
  }

  /** The type of the message that was read last; 0 if there was none. */
  int lastType() {
    return lastType;
  }

  /** The number of messages that it has read. */
  int read() {
    return read;
  }

  long lost() {
    return lost;
  }

  /** The number of times that it has reported a restart of the writer. */
  int restarts() {
    return restarts;
  }

  /** Whether it was connected since its last report, so that it must report the next writer. */
  boolean owesRestart() {
    return owesRestart;
  }

  /** Reads until nothing is left to read or report. */
  void readAll() {
    for (int i = 0; turn() != 0; i++) {
      // A reader that ran past the last message would go round for ever.
      assertThat(i).as("what a reader has to say").isLessThan(100);
    }
  }

  /** Reads some messages, one if it is lossy, so that the number of each is seen. */
  int turn() {
    int count = reader.drain(buffer, lossy ? 1 : MOST_AT_ONCE);
    switch (count) {
      case Answer.PEER_RESTARTED -> restarted();
      case Answer.LOST -> missed();
      case Answer.PEER_GONE -> {}
      default -> {
        assertThat(count).as("answer, breach " + reader.breach()).isNotNegative();
        see(count);
      }
    }
    owesRestart |= reader.isConnected();
    return count;
  }

  private void restarted() {
    assertThat(owesRestart).as("a restart is said once").isTrue();
    owesRestart = false;
    restarts++;
    if (!lossy && reading) {
      assertThat(next).as("messages of stream %d", stream).isEqualTo(streams.get(stream).size());
    }
    next = NOT_BEGUN;
    reading = false;
  }

  private void missed() {
    long sum = RingFixture.get(part, BroadcastPart.LOST_AT);
    assertThat(lossy && sum > lost).as("%d after %d are lost", sum, lost).isTrue();
    // If it has read nothing yet, the stream was empty when it joined.
    next = Math.max(next, 0) + (int) (sum - lost);
    lost = sum;
  }

  private void see(int count) {
    long at = 0;
    for (int i = 0; i < count; i++) {
      int type = buffer.get(ValueLayout.JAVA_INT_UNALIGNED, at);
      int length = buffer.get(ValueLayout.JAVA_INT_UNALIGNED, at + 4);
      see(type, length);
      assertThat(buffer.asSlice(at + 8, length).mismatch(RingFixture.payload(type - 1, length)))
          .as("payload of message %d", type)
          .isEqualTo(-1);
      at += 8 + length;
    }
  }

  private void see(int type, int length) {
    int before = 0;
    int found = 0;
    while (type > before + streams.get(found).size()) {
      before += streams.get(found++).size();
    }
    int number = type - before - 1;
    if (!reading) {
      assertThat(found).as("stream of message %d", type).isGreaterThan(stream);
      stream = found;
      reading = true;
    }
    if (next == NOT_BEGUN) {
      // A reader that the writer holds back for, and admitted before it wrote, misses nothing.
      next = lossy ? number : 0;
    }
    assertThat(found).as("stream of message %d", type).isEqualTo(stream);
    assertThat(number).as("number of message %d", type).isEqualTo(next);
    assertThat(length).as("length of message %d", type).isEqualTo(streams.get(found).get(number));
    if (lossy) {
      assertThat(reader.number()).isEqualTo(number);
    }
    next++;
    read++;
    lastType = type;
  }
}
