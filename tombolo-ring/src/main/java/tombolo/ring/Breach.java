// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

/** How the other side of a ring has broken the format. Found once; the ring is no use after it. */
public enum Breach {
  /** The reader's position went back, is ahead of the writer's, or is no multiple of 8. */
  READER_POSITION,
  /** The writer's position went back, is a whole ring too far, or is no multiple of 8. */
  WRITER_POSITION,
  /** A message is longer than allowed, than what is published, or than to the data area's end. */
  RECORD_LENGTH,
  /** A record is neither a message nor padding. */
  RECORD_TYPE,
  /**
   * Padding that does not end where the data area ends, is too long, or has no message after it.
   */
  PADDING
}
