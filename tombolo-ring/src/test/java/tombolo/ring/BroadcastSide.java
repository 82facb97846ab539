// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One side of a broadcast ring, in Java or in C. For one thread at a time. */
interface BroadcastSide {
  /** Makes sides of a ring. The readers' parts lie one behind the other. */
  interface Language {
    Writer writer(MemorySegment writers, MemorySegment readers, int count, int capacity);

    Reader reader(MemorySegment writers, MemorySegment part, int number, boolean lossy);
  }

  interface Writer extends BroadcastSide {
    int offer(int type, MemorySegment message, int length);

    /** Returns the offset of the payload in the data area, or an answer. */
    int claim(int type, int length);

    void commit();

    void abort();

    int admit();

    void readerIsDead(int reader);

    @Nullable Breach breach(int reader);

    boolean sleep(int length);
  }

  interface Reader extends BroadcastSide {
    /** Appends type, length and payload of each message to the buffer. */
    int drain(MemorySegment buffer, int limit);

    /** Returns the number of the message that a lossy reader read last; 0 for another reader. */
    int number();

    boolean isConnected();

    @Nullable Breach breach();

    boolean sleep();
  }

  void wake();

  boolean peerSleeps();

  void close();
}
