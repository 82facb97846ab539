// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import org.jspecify.annotations.Nullable;

/** The kind of a message in a version 2 region. */
public enum SlotKind {
  /** Wants an acknowledgement with its sequence number in the other ring. */
  REQUEST(1),
  /** Answers the request with its sequence number. */
  ACKNOWLEDGEMENT(2);

  private final int code;

  SlotKind(int code) {
    this.code = code;
  }

  /** Returns the number that stands for this kind in a slot. */
  int code() {
    return code;
  }

  /** Returns the kind with that code, or null if there is none. */
  static @Nullable SlotKind of(int code) {
    return switch (code) {
      case 1 -> REQUEST;
      case 2 -> ACKNOWLEDGEMENT;
      default -> null;
    };
  }
}
