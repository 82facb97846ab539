// SPDX-License-Identifier: Apache-2.0

package tombolo.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Duration;
import tombolo.ivc.HostChannel;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Shape;

/**
 * Java code on either side of the channel that {@code guests/src/bell-bench.c} defines, at the
 * offsets that stand there. For one thread.
 */
final class BellChannel {
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final long RUNG_AT = 0x40;
  private static final long NUMBER = 0x48;
  private static final long HEARD = 0x80;
  private static final long LISTENING = 0xc0;
  private static final int OVER = -1;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final HostChannel channel;
  private final MemorySegment memory;
  private final CommonClock clock;

  private BellChannel(HostChannel channel, CommonClock clock) {
    this.channel = channel;
    this.memory = channel.memory();
    this.clock = clock;
  }

  static BellChannel publish(JoinedGuests guests) {
    HostChannel made = guests.host().publish(JoinedGuests.KEY, Shape.raw(4096));
    return new BellChannel(made, guests.clock());
  }

  /** Joins the channel of VM 1. */
  static BellChannel subscribe(JoinedGuests guests) {
    return new BellChannel(guests.hostJoins(1), guests.clock());
  }

  /** Rings so many times, each a while after the last one was heard, and once more at the end. */
  void ring(int rings, int gapMicros) {
    await(LISTENING, 1);
    for (int number = 1; number <= rings; number++) {
      ring(number);
      await(HEARD, number);
      long until = System.nanoTime() + gapMicros * 1_000L;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
    }
    ring(OVER);
  }

  private void ring(int number) {
    LONG.set(memory, RUNG_AT, clock.ticks());
    INT.setRelease(memory, NUMBER, number);
    channel.ring();
  }

  private void await(long offset, int wanted) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while ((int) INT.getAcquire(memory, offset) < wanted) {
      if (System.nanoTime() > end) {
        throw new BenchmarkException("the guest does not hear the bell");
      }
      Thread.onSpinWait();
    }
  }

  /** Listens to so many rings and tells how many ticks each took. */
  double[] listen(int rings) throws InterruptedException {
    INT.setRelease(memory, LISTENING, 1);
    double[] micros = new double[rings];
    int heard = 0;
    while (heard < rings && channel.state() == ChannelState.LIVE) {
      if (!channel.awaitDoorbell(LIMIT)) {
        break;
      }
      long now = clock.ticks();
      int number = (int) INT.getAcquire(memory, NUMBER);
      if (number != heard) {
        micros[heard++] = CommonClock.micros(now - (long) LONG.get(memory, RUNG_AT));
        INT.setRelease(memory, HEARD, number);
      }
    }
    if (heard < rings) {
      throw new BenchmarkException("the guest rang %d times of %d".formatted(heard, rings));
    }
    return micros;
  }
}
