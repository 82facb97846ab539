// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.bridge.stream.BridgeCounters.Kind;
import tombolo.bridge.wire.Frame;
import tombolo.bridge.wire.Status;

/**
 * Frames that a sender did not send: random bytes, truncated and changed frames, frames of other
 * channels, replays. A run takes {@code -Dtombolo.fuzz.frames=10000000} for all of them.
 */
@DisplayName("A bridge that gets wrong frames")
final class FuzzedFramesTest {
  private static final int FRAMES = Integer.getInteger("tombolo.fuzz.frames", 200_000);

  private final Random random = new Random(5);
  private final BridgeModel model = new BridgeModel(5);
  private final List<UnsafeBuffer> corpus = new ArrayList<>();

  @Test
  void countsThemAndGoesOn() {
    long refused = 0; // here, because a side that restarts counts from 0
    for (int i = 0; i < FRAMES; i++) {
      if (i % 50 == 0) {
        model.randomStep();
        model.sample(corpus);
      }
      UnsafeBuffer frame = wrongFrame();
      long before = model.inbound.counters().get(Kind.REFUSED);
      model.inbound.onFrame(frame, 0, frame.capacity(), model.now());
      refused += model.inbound.counters().get(Kind.REFUSED) - before;
      status(wrongFrame());
    }
    assertThat(refused).isGreaterThan(FRAMES / 4);
    assertThat(model.delivered).as("right messages meanwhile").isPositive();
  }

  private void status(UnsafeBuffer frame) {
    if (Frame.kindOf(frame, 0, frame.capacity()) == Frame.STATUS) {
      Status.read(frame, 0, frame.capacity())
          .ifPresent(status -> model.outbound.onStatus(status, model.now()));
    }
  }

  /** Returns a frame that no receiver may take as it is for one of the present stream. */
  private UnsafeBuffer wrongFrame() {
    if (corpus.isEmpty() || random.nextInt(4) == 0) {
      return garbage();
    }
    UnsafeBuffer original = corpus.get(random.nextInt(corpus.size()));
    byte[] bytes = new byte[original.capacity()];
    original.getBytes(0, bytes);
    UnsafeBuffer frame = new UnsafeBuffer(bytes);
    return switch (random.nextInt(4)) {
      case 0 -> new UnsafeBuffer(frame, 0, random.nextInt(bytes.length));
      case 1 -> headerChanged(frame);
      case 2 -> new UnsafeBuffer(frame, 0, Math.max(1, bytes.length - 1 - random.nextInt(8)));
      default -> ofAnotherChannel(frame);
    };
  }

  private UnsafeBuffer garbage() {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    UnsafeBuffer frame = new UnsafeBuffer(bytes);
    if (bytes.length >= 8 && random.nextBoolean()) {
      frame.putInt(0, Frame.MAGIC);
      frame.putInt(4, Frame.VERSION | (random.nextInt(6) << 16));
    }
    return frame;
  }

  /** Changes the stream, which makes it one of no stream that is or was. */
  private UnsafeBuffer headerChanged(UnsafeBuffer frame) {
    frame.putLong(16, frame.getLong(16) ^ (1L << (40 + random.nextInt(23))));
    if (random.nextBoolean() && frame.capacity() > 40) {
      frame.putInt(32 + 4 * random.nextInt(2), random.nextInt());
    }
    return frame;
  }

  private UnsafeBuffer ofAnotherChannel(UnsafeBuffer frame) {
    frame.putLong(8, frame.getLong(8) ^ (1L << random.nextInt(64)));
    return frame;
  }
}
