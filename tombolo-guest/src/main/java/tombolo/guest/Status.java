// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.util.Locale;

/** The device's answer to a request: docs/abi.md, "Statuses". Each ordinal is the status's code. */
public enum Status {
  /** It is done. */
  DONE,
  /** No operation has this number. */
  UNKNOWN_OPERATION,
  /** Nothing, or more than the grant allows. */
  BAD_SIZE,
  /** Longer than 64 bytes, or with another character. */
  BAD_NAME,
  /** Not allowed by the grant, or more than 64 sections. */
  BAD_LAYOUT,
  /** No grant says that this VM may; also if there is nothing that it may know of. */
  NOT_GRANTED,
  /** This VM has a live channel of this name. */
  ALREADY_PUBLISHED,
  /** Granted, but not published now. */
  NO_SUCH_CHANNEL,
  /** This VM has joined it. */
  ALREADY_SUBSCRIBED,
  /** Not one of this VM's channels. */
  BAD_HANDLE,
  /** The target has not joined the channel, or is on the same side. */
  NOT_A_PEER,
  /** The VM's quota of channels is used up. */
  TOO_MANY_CHANNELS,
  /** The VM's quota of bytes is used up. */
  TOO_MANY_BYTES,
  /** The VM's window has no gap of that size. */
  WINDOW_FULL,
  /** The host has no memory left. */
  NO_MEMORY,
  /** No event waits. */
  NO_EVENT,
  /** The listing is complete. */
  END,
  /** The listing continues. */
  AGAIN,
  /** Every subscriber's section has an owner. */
  NO_SECTION,
  /** A hypercall's slot is not aligned, or not in RAM that can be written. */
  BAD_ADDRESS,
  /** The device does not do that. */
  UNSUPPORTED,
  /** The mailbox has no slot of this number. */
  BAD_SLOT,
  /** The VM's run has ended. */
  GONE,
  /** A status of a newer device. */
  UNKNOWN_STATUS;

  private static final Status[] ALL = values();

  static Status of(int code) {
    return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN_STATUS;
  }

  /** Returns a few words in lower case. */
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
