// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One side of a ring, in Java or in C. For one thread at a time. */
interface RingSide {
  /** Makes the sides of a ring with these parts. */
  interface Language {
    Writer writer(MemorySegment writers, MemorySegment readers, int capacity);

    Reader reader(MemorySegment writers, MemorySegment readers);
  }

  interface Writer extends RingSide {
    int offer(int type, MemorySegment message, int length);

    /** Returns the offset of the payload in the data area, or an answer. */
    int claim(int type, int length);

    void commit();

    void abort();

    boolean sleep(int length);

    void peerDied();
  }

  interface Reader extends RingSide {
    /** Appends type, length and payload of each message to the buffer. */
    int drain(MemorySegment buffer, int limit);

    /** Does the same for one message, through another call if the language has one. */
    int one(MemorySegment buffer);

    boolean sleep();
  }

  void wake();

  boolean peerSleeps();

  boolean isConnected();

  @Nullable Breach breach();

  void close();
}
