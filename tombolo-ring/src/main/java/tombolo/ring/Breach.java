// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/** The way in which the other side of a ring broke the format. After it the ring is unusable. */
public enum Breach {
  /** The other side's part has a generation, but not the magic number and the version. */
  HEAD,
  /** A broadcast ring's reader claims a mode that is neither holding back nor lossy. */
  MODE,
  /** The writer's capacity is not a power of two from 64 to 1 GiB, or exceeds the memory. */
  CAPACITY,
  /** The reader's position went back, is ahead of the writer's, or has wrong low bits. */
  READER_POSITION,
  /** A broadcast ring's writer claims that a record begins where none can. */
  WRITER_POSITION,
  /** A broadcast ring's message does not have the next number. */
  SEQUENCE,
  /** A message is longer than allowed, or reaches past the data area's end. */
  RECORD_LENGTH,
  /** A record is neither a message nor padding. */
  RECORD_TYPE,
  /**
   * Padding does not end where the data area ends, is too long, or is not followed by a message.
   */
  PADDING
}
