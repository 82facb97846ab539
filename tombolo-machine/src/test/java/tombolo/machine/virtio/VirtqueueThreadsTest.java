// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.machine.virtio.TestDriver.BUFFERS;
import static tombolo.machine.virtio.TestDriver.WRITE;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A device with several threads, and a driver that resets it whenever it likes. */
@Timeout(120)
final class VirtqueueThreadsTest {
  private static final int LIVES = 60;
  private static final int ROUNDS = 40;
  private static final int SIZE = 16;

  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Takes, writes and completes, as long as the test lasts. */
  private void work(Virtqueue queue) {
    byte[] stamp = {1, 2, 3, 4};
    try {
      while (!over.get()) {
        Chain chain = queue.take();
        if (chain == null) {
          Thread.onSpinWait();
          continue;
        }
        try {
          chain.write(0, stamp, 0, 4);
        } catch (ChainLostException e) {
          continue;
        }
        queue.complete(chain, 4);
      }
    } catch (RuntimeException | Error e) {
      failure.set(e);
    }
  }

  @Test
  void eachChainComesBackOnceAndNothingIsWrittenAfterAReset() throws InterruptedException {
    HeldDevice device =
        new HeldDevice() {
          @Override
          public void notified(Virtqueue queue) {}
        };
    try (TestDriver driver = new TestDriver(device)) {
      Virtqueue queue = device.transport().queue(0);
      Thread first = Thread.ofPlatform().start(() -> work(queue));
      Thread second = Thread.ofPlatform().start(() -> work(queue));
      try {
        for (int life = 0; life < LIVES; life++) {
          driver.start(life % 2 == 0 ? TestDriver.EVENT_IDX : 0);
          rounds(driver);
          fill(driver);
          driver.set(0x14, 1, 0); // in the middle of it
          driver.memory.fill(BUFFERS, 0x1000, (byte) 0x77);
          for (int i = 0; i < 1000; i++) {
            assertThat(driver.memory.readInt(BUFFERS + 0x100L * (i % SIZE))).isEqualTo(0x7777_7777);
          }
        }
      } finally {
        over.set(true);
        first.join();
        second.join();
      }
      assertThat(failure).hasNullValue();
      assertThat(driver.function.breaches()).isZero();
    }
  }

  private static void fill(TestDriver driver) {
    for (int i = 0; i < SIZE; i++) {
      driver.describe(0, i, BUFFERS + 0x100L * i, 4, WRITE, 0);
      driver.offerQuietly(0, i);
    }
  }

  private static void rounds(TestDriver driver) throws InterruptedException {
    for (int round = 1; round <= ROUNDS; round++) {
      fill(driver);
      // With event indices the last one of a round is to interrupt.
      driver.memory.writeShort(
          TestDriver.availableRing(0) + 4 + 2 * SIZE, (short) (SIZE * round - 1));
      int count = SIZE * round;
      driver.await(() -> driver.usedCount(0) == count);
      boolean[] back = new boolean[SIZE];
      for (int i = 0; i < SIZE; i++) {
        long[] used = driver.takeUsed(0);
        assertThat(back[(int) used[0]]).isFalse();
        back[(int) used[0]] = true;
        assertThat(used[1]).isEqualTo(4);
      }
    }
  }
}
