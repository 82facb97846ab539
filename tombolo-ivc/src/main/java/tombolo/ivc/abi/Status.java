// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.abi;

/**
 * How an operation ended. The codes are those of docs/abi.md, "Statuses", and never change; the
 * words are for people.
 */
public enum Status {
  /** It is done. */
  DONE(0, "done"),
  /** No operation has this number. */
  UNKNOWN_OPERATION(1, "unknown operation"),
  /** Nothing, or more than the grant allows. */
  BAD_SIZE(2, "bad size"),
  /** Too long, or another character. */
  BAD_NAME(3, "bad name"),
  /** No such layout, or not the grant's. */
  BAD_LAYOUT(4, "bad layout"),
  /** No grant says that this endpoint may; also where there is nothing that it may know of. */
  NOT_GRANTED(5, "not granted"),
  /** The endpoint has a live channel with this key. */
  ALREADY_PUBLISHED(6, "already published"),
  /** Granted, but not published now. */
  NO_SUCH_CHANNEL(7, "no such channel"),
  /** To this very generation. */
  ALREADY_SUBSCRIBED(8, "already subscribed"),
  /** Not one of this endpoint's, or of the other role. */
  BAD_HANDLE(9, "bad handle"),
  /** The target has not joined the channel, or is on the same side. */
  NOT_A_PEER(10, "not a peer"),
  /** The quota of channels is used up. */
  TOO_MANY_CHANNELS(11, "too many channels"),
  /** The quota of bytes is used up. */
  TOO_MANY_BYTES(12, "too many bytes"),
  /** No gap of that size is left in the VM's window. */
  WINDOW_FULL(13, "window full"),
  /** The host gives no memory. */
  NO_MEMORY(14, "no memory"),
  /** No event waits. */
  NO_EVENT(15, "no event"),
  /** The listing is over. */
  END(16, "end"),
  /** Nothing in this part; the listing goes on from its cursor. */
  AGAIN(17, "again"),
  /** Every subscriber's section has an owner. */
  NO_SECTION(18, "no section"),
  /** A hypercall's slot is not aligned, or not in RAM that can be written. */
  BAD_ADDRESS(19, "bad address"),
  /** This version does not do that. */
  UNSUPPORTED(20, "unsupported"),
  /** The mailbox has no slot of this number. */
  BAD_SLOT(21, "bad slot"),
  /** The endpoint was closed. */
  GONE(22, "gone");

  private final int code;
  private final String words;

  Status(int code, String words) {
    this.code = code;
    this.words = words;
  }

  /** The number that guests see. */
  public int code() {
    return code;
  }

  /** A few words, lower case. */
  public String words() {
    return words;
  }
}
