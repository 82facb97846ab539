// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import org.jspecify.annotations.Nullable;

/** What a packet is for (virtio 1.2, 5.10.6). */
enum VsockOp {
  /** Wants a connection. */
  REQUEST(1),
  /** Accepts one. */
  RESPONSE(2),
  /** There is no connection, or no longer. */
  RST(3),
  /** The sender will send, or receive, no more. */
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

  /** Null for a number that means nothing. */
  static @Nullable VsockOp of(int code) {
    return code < 1 || code > ALL.length ? null : ALL[code - 1];
  }
}
