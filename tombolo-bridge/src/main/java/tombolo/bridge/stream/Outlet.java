// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import org.agrona.MutableDirectBuffer;

/**
 * Where frames go: an ordered stream that may end and begin again, and lose what is under way then.
 * Belongs to the bridge's worker.
 */
public interface Outlet {
  /** Returns the bytes of the longest frame: at least 1,000. */
  int maxFrame();

  /**
   * Claims room for a frame, which {@link #commit} sends.
   *
   * @param length of the frame in bytes, 1 to {@link #maxFrame}
   * @return false if there is no room now, or nobody listens
   */
  boolean tryClaim(int length);

  /** Returns the buffer of the claimed frame. */
  MutableDirectBuffer buffer();

  /** Returns where the claimed frame begins in its buffer. */
  int at();

  /** Sends the claimed frame. */
  void commit();
}
