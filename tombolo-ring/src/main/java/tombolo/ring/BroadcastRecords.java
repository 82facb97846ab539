// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import tombolo.ring.word.Words;

/**
 * The records of a {@link BroadcastRing}: a header as in {@link Records}, followed by the message's
 * sequence number. Padding has the first word only.
 */
final class BroadcastRecords {
  /** Bytes of a message's header. */
  static final int HEADER = 16;

  /** Offset of the sequence number from the header's first word. */
  static final int SEQUENCE = 8;

  private BroadcastRecords() {}

  /** Returns a record's size in bytes. The length is at most half of 1 GiB: nothing overflows. */
  static int size(int length) {
    return (HEADER + length + Records.ALIGNMENT - 1) & -Records.ALIGNMENT;
  }

  /** Returns the longest payload in bytes: its record takes half of the data area. */
  static int maxLength(int capacity) {
    return capacity / 2 - HEADER;
  }

  static long header(MemorySegment data, int index) {
    return (long) Words.LONG.getAcquire(data, (long) index);
  }

  /** Returns the size of the record with that non-zero header, or 0 if it is {@link #wrong}. */
  static int check(MemorySegment data, int capacity, int index, long header) {
    int type = Records.type(header);
    int length = Records.length(header);
    int toEnd = capacity - index;
    if (type == Records.PADDING) {
      // One store publishes padding and the message behind it, at the data area's start.
      boolean right =
          length == toEnd - Records.HEADER
              && toEnd < capacity / 2
              && Records.type(header(data, 0)) > 0;
      return right ? toEnd : 0;
    }
    if (type <= 0 || length < 0 || length > maxLength(capacity)) {
      return 0;
    }
    int size = size(length);
    return size <= toEnd ? size : 0;
  }

  /** Returns what is wrong with a header that {@link #check} has refused. */
  static Breach wrong(long header) {
    int type = Records.type(header);
    if (type == Records.PADDING) {
      return Breach.PADDING;
    }
    return type <= 0 ? Breach.RECORD_TYPE : Breach.RECORD_LENGTH;
  }
}
