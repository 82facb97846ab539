// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames under way, as a stream of Aeron's has them: in order, and bounded. */
final class FrameQueue implements Outlet {
  /** Takes a frame; false: not now. */
  interface Taker {
    boolean take(UnsafeBuffer frame);
  }

  private final int maxFrame;
  private final int capacity;
  private final Deque<UnsafeBuffer> frames = new ArrayDeque<>();
  private UnsafeBuffer claimed = new UnsafeBuffer(new byte[0]);

  /** All frames ever sent, the latest at the end, for replays. */
  final List<UnsafeBuffer> history = new ArrayList<>();

  FrameQueue(int maxFrame, int capacity) {
    this.maxFrame = maxFrame;
    this.capacity = capacity;
  }

  @Override
  public int maxFrame() {
    return maxFrame;
  }

  @Override
  public boolean tryClaim(int length) {
    if (length > maxFrame) {
      throw new IllegalArgumentException(length + " bytes");
    }
    if (frames.size() == capacity) {
      return false;
    }
    claimed = new UnsafeBuffer(new byte[length]);
    return true;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return claimed;
  }

  @Override
  public int at() {
    return 0;
  }

  @Override
  public void commit() {
    frames.add(claimed);
    history.add(claimed);
    if (history.size() > 200) {
      history.removeFirst();
    }
  }

  /** Hands frames over until one is not taken; returns how many were. */
  int deliver(int most, Taker taker) {
    int count = 0;
    while (count < most && !frames.isEmpty()) {
      if (!taker.take(frames.peek())) {
        break;
      }
      frames.remove();
      count++;
    }
    return count;
  }

  /** Loses the frames under way from the given one on. */
  void loseFrom(int index) {
    while (frames.size() > index) {
      frames.removeLast();
    }
  }

  int size() {
    return frames.size();
  }

  /** Puts a frame in that the sender did not send. */
  void inject(UnsafeBuffer frame) {
    frames.add(frame);
  }
}
