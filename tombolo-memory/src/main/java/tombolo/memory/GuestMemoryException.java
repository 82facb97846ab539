// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.io.Serial;

/**
 * A refusal of a typed access by guest physical address. Nothing has been written. The guest
 * usually chose the address, so a device answers with its own error and does not end the VM.
 */
public final class GuestMemoryException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The reason for the refusal. */
  public enum Reason {
    /** A byte of the range has no memory, or the range leaves the address space. */
    NOT_MAPPED("not mapped"),
    /** A byte of a range to be written is in a region without write access. */
    READ_ONLY("read-only"),
    /** The address is not a multiple of the type's alignment. */
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

  /** Returns the first guest physical address of the whole access. */
  public long gpa() {
    return gpa;
  }

  /** Returns the size of the whole access in bytes. */
  public long size() {
    return size;
  }

  /** Returns the reason for the refusal. */
  public Reason reason() {
    return reason;
  }
}
