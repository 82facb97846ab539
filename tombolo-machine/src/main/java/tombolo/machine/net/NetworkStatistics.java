// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.net;

import java.util.concurrent.atomic.LongAdder;

/**
 * What has passed through a VM's network device since it was made. Any thread may read it at any
 * time; numbers may be a little behind.
 */
public final class NetworkStatistics {
  final LongAdder sent = new LongAdder();
  final LongAdder received = new LongAdder();
  final LongAdder noRoom = new LongAdder();
  final LongAdder forged = new LongAdder();
  final LongAdder malformed = new LongAdder();
  final LongAdder nowhere = new LongAdder();

  NetworkStatistics() {}

  /** Returns how many frames of its guest were passed on, each counted once. */
  public long sent() {
    return sent.sum();
  }

  /** Returns how many frames its guest was given. */
  public long received() {
    return received.sum();
  }

  /** Returns how many frames for its guest were dropped because the guest had no buffer. */
  public long noRoom() {
    return noRoom.sum();
  }

  /** Returns how many frames of its guest were dropped because they named another sender. */
  public long forged() {
    return forged.sum();
  }

  /** Returns how many frames of its guest were dropped because they were none. */
  public long malformed() {
    return malformed.sum();
  }

  /** Returns how many frames of its guest were dropped because nobody has their destination. */
  public long nowhere() {
    return nowhere.sum();
  }

  /** Returns how many frames were dropped, to and from its guest. */
  public long dropped() {
    return noRoom() + forged() + malformed() + nowhere();
  }
}
