// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One side of a ring, in Java or in C. For one thread at a time. */
interface RingSide {
  /** Makes sides of a ring whose parts these are. */
  interface Language {
    Writer writer(MemorySegment writers, MemorySegment readers, int capacity);

    Reader reader(MemorySegment writers, MemorySegment readers);
  }

  interface Writer extends RingSide {
    int offer(int type, MemorySegment message, int length);

    /** Where in the data area the payload goes, or an answer. */
    int claim(int type, int length);

    void commit();

    void abort();

    boolean sleep(int length);

    void peerDied();
  }

  interface Reader extends RingSide {
    /** Appends type, length and payload of each message to the buffer. */
    int drain(MemorySegment buffer, int limit);

    /** The same of one message, by another way where the language has one. */
    int one(MemorySegment buffer);

    boolean sleep();
  }

  void wake();

  boolean peerSleeps();

  boolean isConnected();

  @Nullable Breach breach();

  void close();
}
