// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Quota;

/**
 * The channels and bytes that count against one endpoint's quota. A channel counts from its
 * publication until its memory is free. A channel keeps the account that pays for it. Guarded by
 * the directory's lock.
 */
final class Account {
  private final Quota quota;
  private int channels;
  private long bytes;

  Account(Quota quota) {
    this.quota = quota;
  }

  Quota quota() {
    return quota;
  }

  /** Returns why no channel of that many bytes can be paid for, or null if it can. */
  @Nullable Status refuses(long size) {
    if (channels >= quota.channels()) {
      return Status.TOO_MANY_CHANNELS;
    }
    return size > quota.bytes() - bytes ? Status.TOO_MANY_BYTES : null;
  }

  /** Pays for a new channel. */
  void charge(long size) {
    channels++;
    bytes += size;
  }

  /** Gets back what a channel cost whose memory is free. */
  void refund(long size) {
    channels--;
    bytes -= size;
  }

  int channels() {
    return channels;
  }

  long bytes() {
    return bytes;
  }
}
