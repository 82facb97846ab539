// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.io.Serial;

/**
 * A typed access by guest physical address was refused. Nothing has been written. The guest usually
 * chose the address, so a device answers this with its own error, not with the end of the VM.
 */
public final class GuestMemoryException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** What is wrong with the access. */
  public enum Reason {
    /** Some byte of the range has no memory, or the range leaves the address space. */
    NOT_MAPPED("not mapped"),
    /** A write, and some byte of the range is in a region without write access. */
    READ_ONLY("read-only"),
    /** The address is not a multiple of what the type asks for. */
    MISALIGNED("misaligned");

    private final String words;

    Reason(String words) {
      this.words = words;
    }
  }

  private final long gpa;
  private final long size;
  private final Reason reason;

  GuestMemoryException(long gpa, long size, Reason reason, String detail) {
    super("GPA 0x%x, %d bytes: %s%s".formatted(gpa, size, reason.words, detail));
    this.gpa = gpa;
    this.size = size;
    this.reason = reason;
  }

  /** Where the whole access began. */
  public long gpa() {
    return gpa;
  }

  /** Bytes of the whole access. */
  public long size() {
    return size;
  }

  /** What is wrong with it. */
  public Reason reason() {
    return reason;
  }
}
