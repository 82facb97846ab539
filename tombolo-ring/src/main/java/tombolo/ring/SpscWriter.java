// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of an {@link SpscRing}. For one thread at a time. No call allocates or waits.
 *
 * <p>A message goes in by {@link #offer}, which copies it, or in place: {@link #tryClaim}, stores
 * into {@link #data}, then {@link #commit} or {@link #abort}.
 */
public final class SpscWriter extends Spaced implements RingWriter {
  private static final int NONE = -1;

  /**
   * So many bytes in front of the writer are zeroed at a time. This takes their cache lines from
   * the reader's processor in one go, where small messages would fetch them one by one.
   */
  private static final int ZEROED_AT_ONCE = 4096;

  /** Records longer than this bring their cache lines in one go themselves. */
  private static final int SHORT_RECORD = 512;

  private final MemorySegment own;
  private final MemorySegment peers;
  private final MemorySegment data;
  private final int capacity;
  private final int maxLength;
  private final Session session;
  private final Session.Start start = new Beginning();

  /** Where the next record begins. */
  private long written;

  /** The reader's position as last seen: written − capacity ≤ read ≤ written. */
  private long read;

  /** The data area is zero from {@link #written} to here, at least one header on. */
  private long zeroed;

  private long messages;
  private int claimed = NONE;
  private int claimedType;
  private int claimedLength;

  SpscWriter(MemorySegment own, MemorySegment peers, int capacity) {
    this.own = own;
    this.peers = peers;
    this.data = own.asSlice(Part.HEAD, capacity);
    this.capacity = capacity;
    this.maxLength = Records.maxLength(capacity);
    this.session = new Session(Part.WRITER, own, peers, capacity);
  }

  @Override
  public int offer(int type, MemorySegment source, long offset, int length) {
    checkMessage(type, length);
    Objects.checkFromIndexSize(offset, length, source.byteSize());
    int index = reserve(length);
    if (index < 0) {
      return index;
    }
    MemorySegment.copy(source, offset, data, index + Records.HEADER, length);
    publish(index, type, length);
    return Answer.OK;
  }

  @Override
  public int tryClaim(int type, int length) {
    checkMessage(type, length);
    int index = reserve(length);
    if (index < 0) {
      return index;
    }
    claimed = index;
    claimedType = type;
    claimedLength = length;
    return index + Records.HEADER;
  }

  @Override
  public void commit() {
    int index = endClaim();
    publish(index, claimedType, claimedLength);
  }

  @Override
  public void abort() {
    endClaim();
    zeroed = written + Records.HEADER;
  }

  @Override
  public MemorySegment data() {
    return data;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int maxMessageLength() {
    return maxLength;
  }

  /** What the reader has done to the ring; empty as long as nothing was noticed. */
  public Optional<Breach> breach() {
    return session.breach();
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
  public boolean sleep(int length) {
    session.sleep();
    if (hasNews(length)) {
      session.wake();
      return false;
    }
    return true;
  }

  @Override
  public void wake() {
    session.wake();
  }

  /** Leaves the ring; what is published can still be read. */
  @Override
  public void close() {
    claimed = NONE;
    session.close();
  }

  private boolean hasNews(int length) {
    return session.hasNews()
        || (session.isConnected() && (!lookAtReader() || hasRoom(needed(Records.size(length)))));
  }

  private void checkMessage(int type, int length) {
    if (type <= 0) {
      throw new IllegalArgumentException("message type " + type + " is not positive");
    }
    if (length < 0 || length > maxLength) {
      throw new IllegalArgumentException(
          "a message of " + length + " bytes; this ring takes 0 to " + maxLength);
    }
    if (claimed != NONE) {
      throw new IllegalStateException("a message is claimed: commit or abort it first");
    }
  }

  private int endClaim() {
    int index = claimed;
    if (index == NONE) {
      throw new IllegalStateException("no message is claimed");
    }
    claimed = NONE;
    return index;
  }

  /** Where a record for that payload begins in the data area, or a negative answer. */
  private int reserve(int length) {
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

  /** Bytes from the writer's position to the end of a record of that size, padding included. */
  private int needed(int size) {
    int toEnd = capacity - index(written);
    return size <= toEnd ? size : toEnd + size;
  }

  /** There must be room for the word behind the record, too, which says that nothing follows. */
  private boolean hasRoom(int needed) {
    return written - read <= capacity - needed - Records.HEADER;
  }

  private boolean lookAtReader() {
    long found = (long) Part.LONG.getAcquire(peers, Part.POSITION_AT);
    if (found == 0) {
      return true; // the reader's part has been cleared: nobody reads
    }
    long position = found - Part.PRESENT;
    if (!Records.isAligned(position) || Long.compareUnsigned(position - read, written - read) > 0) {
      if (session.hasPeerChanged()) {
        return true; // another reader's position, of which the next call learns
      }
      session.broken(Breach.READER_POSITION);
      return false;
    }
    read = position;
    return true;
  }

  /**
   * Publishes a record by one store, that of its header, or of the header of padding before it. All
   * else is stored before: the payload, the header behind padding, and the zero behind the record.
   */
  private void publish(int index, int type, int length) {
    int next = index(written);
    int size = Records.size(length);
    long end = written + size + (index == next ? 0 : capacity - next);
    if (end + Records.HEADER > zeroed) {
      zero(end, size);
    }
    long header = Records.header(type, length);
    if (index == next) {
      Part.LONG.setRelease(data, (long) next, header);
    } else {
      Part.LONG.setOpaque(data, (long) index, header);
      int padding = capacity - next - Records.HEADER;
      Part.LONG.setRelease(data, (long) next, Records.header(Records.PADDING, padding));
    }
    written = end;
    Part.LONG.setOpaque(own, Part.POSITION_AT, end);
    Part.LONG.setOpaque(own, Part.MESSAGES_AT, ++messages);
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
      Part.LONG.setOpaque(data, (long) index, 0L);
    }
    zeroed = end + bytes;
  }

  private int index(long position) {
    return (int) position & (capacity - 1);
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
      Part.LONG.setOpaque(data, 0L, 0L);
      Part.LONG.setOpaque(own, Part.POSITION_AT, 0L);
      Part.LONG.setOpaque(own, Part.MESSAGES_AT, 0L);
    }
  }
}
