// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A request of the mailbox (docs/abi.md, "A request slot"), in private memory. It is copied into
 * the slot, executed, and copied back.
 */
final class Slot {
  // Operations.
  static final int PUBLISH = 1;
  static final int SUBSCRIBE = 2;
  static final int UNPUBLISH = 3;
  static final int UNSUBSCRIBE = 4;
  static final int LOOK_UP = 5;
  static final int NEXT_EVENT = 8;
  static final int WATCH = 9;

  // Fields, by their offsets.
  static final int HANDLE = 0x08;
  static final int SIZE = 0x18;
  static final int OFFSET = 0x20;
  static final int GENERATION = 0x28;
  static final int LAYOUT = 0x30;
  static final int ACCESS = 0x34;
  static final int SECTIONS = 0x38;
  static final int SECTION = 0x3c;
  static final int SECTION_SIZE = 0x40;
  static final int EVENT = 0x50;
  static final int STATE = 0x54;
  private static final int OPERATION = 0x00;
  private static final int STATUS = 0x04;
  private static final int NAME_LENGTH = 0x5c;
  private static final int NAME = 0x60;

  /** The bytes of a slot that the device reads. */
  static final int BYTES = 160;

  /** The longest name, in bytes. */
  static final int LONGEST_NAME = 64;

  /** The layout of a channel with sections. */
  static final int SECTIONED = 1;

  private final MemorySegment copy = MemorySegment.ofArray(new long[BYTES / Long.BYTES]);

  Slot(int operation) {
    with(OPERATION, operation);
  }

  Slot with(int field, int value) {
    copy.set(ValueLayout.JAVA_INT, field, value);
    return this;
  }

  Slot with(int field, long value) {
    copy.set(ValueLayout.JAVA_LONG, field, value);
    return this;
  }

  /** Names the channel. The device refuses a name that does not fit. */
  Slot named(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a channel without a name"); // the device takes key 0
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(
        bytes, 0, copy, ValueLayout.JAVA_BYTE, NAME, Math.min(bytes.length, LONGEST_NAME));
    return with(NAME_LENGTH, bytes.length);
  }

  int getInt(int field) {
    return copy.get(ValueLayout.JAVA_INT, field);
  }

  long getLong(int field) {
    return copy.get(ValueLayout.JAVA_LONG, field);
  }

  Status status() {
    return Status.of(getInt(STATUS));
  }

  /** Copies the request into a slot of the mailbox. */
  void writeTo(MemorySegment mailbox) {
    mailbox.asSlice(0, BYTES).copyFrom(copy);
  }

  /** Takes the answer from a slot of the mailbox. */
  void readFrom(MemorySegment mailbox) {
    copy.copyFrom(mailbox.asSlice(0, BYTES));
  }
}
