// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ivc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.stream.DoubleStream;
import tombolo.bench.guest.CommonClock;
import tombolo.bench.guest.JoinedGuests;
import tombolo.bench.suite.BenchmarkException;
import tombolo.ivc.HostChannel;
import tombolo.ivc.abi.Shape;

/**
 * The Java side, as ringer or as listener, of the channel that {@code guests/src/bell-bench.c}
 * defines. The offsets are those in that file. Used by one thread.
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
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final HostChannel channel;
  private final MemorySegment memory;
  private final CommonClock clock;
  private int number;

  private BellChannel(HostChannel channel, CommonClock clock) {
    this.channel = channel;
    this.memory = channel.memory();
    this.clock = clock;
  }

  static BellChannel publish(JoinedGuests guests) {
    HostChannel made = guests.host().publish(JoinedGuests.KEY, Shape.raw(4096));
    return new BellChannel(made, guests.clock());
  }

  /** Joins the channel of VM 1, and listens to its guest. */
  static BellChannel subscribe(JoinedGuests guests) {
    return new BellChannel(guests.hostJoins(1), guests.clock());
  }

  /** Waits until the guest listens. */
  void awaitListener() {
    await(LISTENING, 1);
  }

  /** Rings for so long, each time a while after the guest has heard the last ring. */
  void ring(long nanos, int gapMicros) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      ring(++number);
      await(HEARD, number);
      long until = System.nanoTime() + gapMicros * 1_000L;
      while (System.nanoTime() - until < 0) {
        Thread.onSpinWait();
      }
    }
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

  /** Says that this side listens, and waits until the guest has rung. */
  void awaitRinger() throws InterruptedException {
    INT.setRelease(memory, LISTENING, 1);
    if (!channel.awaitDoorbell(LIMIT)) {
      throw new BenchmarkException("the guest does not ring");
    }
    INT.setRelease(memory, HEARD, (int) INT.getAcquire(memory, NUMBER));
  }

  /** Listens for so long, and returns how many microseconds each ring took. */
  double[] listen(long nanos) throws InterruptedException {
    DoubleStream.Builder micros = DoubleStream.builder();
    int heard = (int) INT.getAcquire(memory, HEARD);
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      if (!channel.awaitDoorbell(Duration.ofNanos(left))) {
        break;
      }
      long now = clock.ticks();
      int latest = (int) INT.getAcquire(memory, NUMBER);
      if (latest != heard) {
        heard = latest;
        micros.add(CommonClock.micros(now - (long) LONG.get(memory, RUNG_AT)));
        INT.setRelease(memory, HEARD, latest);
      }
    }
    return micros.build().toArray();
  }
}
