// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/** How the other side of a ring has broken the format. Found once; the ring is no use after it. */
public enum Breach {
  /** The other side's part has a generation, but not the magic number and the version. */
  HEAD,
  /** A broadcast ring's reader says that it neither holds the writer back nor is lossy. */
  MODE,
  /** The writer's capacity is no power of two from 64 to 1 GiB, or more than the memory holds. */
  CAPACITY,
  /** The reader's position went back, is ahead of the writer's, or has wrong low bits. */
  READER_POSITION,
  /** Where a broadcast ring's writer says that a record begins, none can. */
  WRITER_POSITION,
  /** A broadcast ring's message has another number than the one that must come. */
  SEQUENCE,
  /** A message is longer than allowed, or than there is room to the data area's end. */
  RECORD_LENGTH,
  /** A record is neither a message nor padding. */
  RECORD_TYPE,
  /** Padding that does not end where the data area ends, is too long, or has nothing after it. */
  PADDING
}
