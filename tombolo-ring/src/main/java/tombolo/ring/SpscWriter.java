// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tombolo.ring.word.Words;

/**
 * The writing side of an {@link SpscRing}. One thread at a time may use it. No call allocates or
 * waits.
 *
 * <p>{@link #offer} copies a message into the ring. To write one in place, call {@link #tryClaim},
 * store into {@link #data()}, then {@link #commit} or {@link #abort}.
 */
public final class SpscWriter extends RecordWriter {
  private final MemorySegment peers;
  private final Session session;
  private final Session.Start start = new Beginning();

  SpscWriter(MemorySegment own, MemorySegment peers, int capacity) {
    super(own, Part.HEAD, capacity, Records.HEADER, Records.maxLength(capacity));
    this.peers = peers;
    this.session = new Session(Part.WRITER, own, peers, capacity);
  }

  @Override
  public Optional<Breach> breach(int reader) {
    Objects.checkIndex(reader, 1);
    return session.breach();
  }

  @Override
  public void readerIsDead(int reader) {
    Objects.checkIndex(reader, 1);
    session.peerIsDead();
  }

  @Override
  public boolean isConnected() {
    return session.isConnected();
  }

  @Override
  public boolean peerSleeps() {
    return session.peerSleeps();
  }

  @Override
  boolean isClosed() {
    return session.isClosed();
  }

  @Override
  void leave() {
    session.close();
  }

  @Override
  boolean hasNews(int length) {
    return session.hasNews()
        || (session.isConnected() && (!lookAtReader() || hasRoom(needed(Records.size(length)))));
  }

  @Override
  int reserve(int length) {
    if (!session.holds()) {
      int answer = session.joinAsWriter(start);
      if (answer != Answer.OK) {
        return answer;
      }
    }
    int size = Records.size(length);
    int needed = needed(size);
    if (!hasRoom(needed)) {
      if (!lookAtReader()) {
        return Answer.PEER_BROKEN;
      }
      if (!hasRoom(needed)) {
        return Answer.BACK_PRESSURED;
      }
    }
    return needed == size ? index(written) : 0;
  }

  private boolean lookAtReader() {
    long found = (long) Words.LONG.getAcquire(peers, Part.POSITION_AT);
    if (found == 0) {
      return true; // the reader's part was cleared: nobody reads
    }
    long position = found - Part.PRESENT;
    if (!Records.isAligned(position) || Long.compareUnsigned(position - read, written - read) > 0) {
      if (session.hasPeerChanged()) {
        return true; // the position of another reader, which the next call finds
      }
      session.broken(Breach.READER_POSITION);
      return false;
    }
    read = position;
    return true;
  }

  /**
   * Publishes a record by one store: that of its header, or that of the padding's header before it.
   * The payload, the header behind padding and the zero behind the record are stored earlier.
   */
  @Override
  void publish(int index, int type, int length) {
    int next = index(written);
    int size = Records.size(length);
    long end = written + size + (index == next ? 0 : capacity - next);
    if (end + Records.HEADER > zeroed) {
      zero(end, size);
    }
    long header = Records.header(type, length);
    if (index == next) {
      Words.LONG.setRelease(data, (long) next, header);
    } else {
      Words.LONG.setOpaque(data, (long) index, header);
      int padding = capacity - next - Records.HEADER;
      Words.LONG.setRelease(data, (long) next, Records.header(Records.PADDING, padding));
    }
    written = end;
    // For onlookers (RingSnapshot); the reader goes by headers. Plain stores suffice: aligned ones
    // are single (VarHandle), and none is delayed beyond the next message's release. After an
    // opaque store the JIT compiler checks the segment again: half a nanosecond a message.
    Words.LONG.set(own, Part.POSITION_AT, end);
    Words.LONG.set(own, Part.MESSAGES_AT, ++messages);
  }

  private void zero(long end, int size) {
    int index = index(end);
    int bytes = Records.HEADER;
    if (size <= SHORT_RECORD) {
      long room = read + capacity - end;
      int most = Math.min(Math.max(capacity / 16, Records.HEADER), ZEROED_AT_ONCE);
      bytes = (int) Math.min(room, Math.min(most, capacity - index));
      data.asSlice(index, bytes).fill((byte) 0);
    } else {
      Words.LONG.setOpaque(data, (long) index, 0L);
    }
    zeroed = end + bytes;
  }

  private final class Beginning implements Session.Start {
    @Override
    public @Nullable Breach check() {
      return null;
    }

    @Override
    public void begin() {
      written = 0;
      read = 0;
      zeroed = Records.HEADER;
      messages = 0;
      Words.LONG.setOpaque(data, 0L, 0L);
      Words.LONG.setOpaque(own, Part.POSITION_AT, 0L);
      Words.LONG.setOpaque(own, Part.MESSAGES_AT, 0L);
    }
  }
}
