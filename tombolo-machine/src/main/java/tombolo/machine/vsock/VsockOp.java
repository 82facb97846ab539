// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import org.jspecify.annotations.Nullable;

/** The purpose of a packet (virtio 1.2, 5.10.6). */
enum VsockOp {
  /** Asks for a connection. */
  REQUEST(1),
  /** Accepts one. */
  RESPONSE(2),
  /** Says that there is no connection, or no longer. */
  RST(3),
  /** Says that the sender will send, or receive, no more. */
  SHUTDOWN(4),
  /** Carries bytes. */
  RW(5),
  /** Says how much the sender can take. */
  CREDIT_UPDATE(6),
  /** Asks how much the receiver can take. */
  CREDIT_REQUEST(7);

  private static final VsockOp[] ALL = values();

  final int code;

  VsockOp(int code) {
    this.code = code;
  }

  /** Returns the purpose of this number, or null if it has none. */
  static @Nullable VsockOp of(int code) {
    return code < 1 || code > ALL.length ? null : ALL[code - 1];
  }
}
