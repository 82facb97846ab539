// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;
import tombolo.testing.Allocations;

/**
 * The peer writes any words while the other side works. Memory around the region, which belongs to
 * another channel, and memory around the buffer must stay as it is. {@code -Dtombolo.seconds=} sets
 * how long two threads do so at the same time.
 */
@DisplayName("A version 2 region whose peer is hostile")
final class SlotHostilePeerTest {
  private static final long NANOS =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("tombolo.seconds", 2)) / 2;

  private static final int ROUNDS = 20_000;
  private static final byte GUARD = 0x5a;
  private static final int GUARDED = 256;

  private final MemorySegment memory =
      Arena.ofAuto().allocate(SlotFixture.REGION + 2L * GUARDED, 64);
  private final MemorySegment buffer =
      MemorySegment.ofArray(new byte[SlotFixture.PAYLOAD + 2 * GUARDED]);

  private SlotFixture region(Direction direction) {
    memory.fill(GUARD);
    buffer.fill(GUARD);
    return new SlotFixture(direction, memory.asSlice(GUARDED, SlotFixture.REGION));
  }

  private void guardsStand() {
    for (MemorySegment guarded : new MemorySegment[] {memory, buffer}) {
      for (long i = 0; i < GUARDED; i++) {
        check(guarded.get(ValueLayout.JAVA_BYTE, i) == GUARD, "guard before");
        check(guarded.get(ValueLayout.JAVA_BYTE, guarded.byteSize() - 1 - i) == GUARD, "behind");
      }
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  /** Writes an index, a slot's header or any word of the ring. */
  private static void attack(SlotFixture region, Random random) {
    long slot = SlotFixture.slot(region.word(SlotFixture.HEAD) + random.nextInt(3));
    switch (random.nextInt(5)) {
      case 0 -> region.setWord(SlotFixture.TAIL, near(random, region.word(SlotFixture.HEAD)));
      case 1 -> region.setWord(SlotFixture.HEAD, near(random, region.word(SlotFixture.TAIL)));
      case 2 -> region.setWord(slot + 8, near(random, SlotFixture.PAYLOAD));
      case 3 -> region.setWord(slot + 12, random.nextInt(4));
      default -> region.setWord(4L * random.nextInt(SlotFixture.RING / 4), random.nextInt());
    }
  }

  private static int near(Random random, int number) {
    return random.nextInt(4) == 0 ? random.nextInt() : number + random.nextInt(20) - 3;
  }

  /** Receives once and returns whether the peer has done nothing that stops the receiver. */
  private boolean receive(SlotReceiver receiver, Set<ReceiveProgress> seen) {
    long dropped = receiver.dropped();
    ReceiveProgress progress = receiver.receive(buffer, GUARDED);
    seen.add(progress);
    check(receiver.length() >= 0 && receiver.length() <= 48, "length " + receiver.length());
    long more = receiver.dropped() - dropped;
    check(more >= 0 && more <= 16, "dropped " + more);
    check((progress == ReceiveProgress.POISONED) == receiver.error().isPresent(), "" + progress);
    return progress != ReceiveProgress.POISONED && progress != ReceiveProgress.PEER_RESTARTED;
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverMakesAReceiverDoAnythingElse(Direction direction) {
    Set<ReceiveProgress> seen = EnumSet.noneOf(ReceiveProgress.class);
    long dropped = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      SlotFixture region = region(direction);
      boolean whole = true;
      for (int step = 0; step < 40 && whole; step++) {
        switch (random.nextInt(3)) {
          case 0 -> region.request(step, random.nextInt(49));
          case 1 -> attack(region, random);
          default -> {
            byte[] before = SlotFixture.bytes(memory);
            whole = receive(region.receiver, seen);
            storedNothingBut(region, before, SlotFixture.HEAD);
          }
        }
      }
      dropped += region.receiver.dropped();
      guardsStand();
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(
            ReceiveProgress.COMPLETE,
            ReceiveProgress.EMPTY,
            ReceiveProgress.PEER_RESTARTED,
            ReceiveProgress.POISONED);
    assertThat(dropped).isGreaterThan(ROUNDS / 4);
  }

  /** Of all the memory the call may have changed only one word of the ring. */
  private void storedNothingBut(SlotFixture region, byte[] before, long word) {
    long start = region.ring.address() - memory.address() + word;
    byte[] after = SlotFixture.bytes(memory);
    System.arraycopy(before, (int) start, after, (int) start, Integer.BYTES);
    check(Arrays.equals(before, after), "stored more than the head");
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverMakesASenderDoAnythingElse(Direction direction) {
    Set<SendProgress> seen = EnumSet.noneOf(SendProgress.class);
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      SlotFixture region = region(direction);
      boolean whole = true;
      for (int step = 0; step < 60 && whole; step++) {
        switch (random.nextInt(12)) {
          case 0 -> attack(region, random);
          case 1 -> region.receive();
          default -> {
            long sequence = region.sender.sequence();
            SendProgress progress = region.request(step, random.nextInt(49));
            seen.add(progress);
            boolean sent = progress == SendProgress.COMPLETE;
            check(region.sender.sequence() == sequence + (sent ? 1 : 0), "sequence");
            boolean poisoned = progress == SendProgress.POISONED;
            check(poisoned == region.sender.error().isPresent(), "" + progress);
            whole = !poisoned && progress != SendProgress.PEER_RESTARTED;
          }
        }
      }
      guardsStand();
    }
    assertThat(seen).containsExactlyInAnyOrder(SendProgress.values());
  }

  /** Both sides work on while another thread writes random words everywhere in the region. */
  @ParameterizedTest
  @EnumSource
  @Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void changesNothingOfThatWhileItWritesAtTheSameTime(Direction direction)
      throws InterruptedException {
    SlotFixture shared = region(direction);
    AtomicBoolean stop = new AtomicBoolean();
    Thread attacker = new Thread(() -> writeRandomWords(shared.memory, stop), "attacker");
    attacker.setDaemon(true);
    attacker.start();
    Set<ReceiveProgress> received = EnumSet.noneOf(ReceiveProgress.class);
    Set<SendProgress> sent = EnumSet.noneOf(SendProgress.class);
    MemorySegment payload = RegionFixture.message(1, SlotFixture.PAYLOAD);
    CellRing ring = new CellRing(shared.memory, RegionFormat.V2, direction);
    long dropped = 0;
    long end = System.nanoTime() + NANOS;
    while (System.nanoTime() < end
        || dropped == 0
        || !received.contains(ReceiveProgress.COMPLETE)
        || !sent.contains(SendProgress.COMPLETE)) {
      // Fresh sides at the indices that the peer has just written, so that there is work to do.
      SlotReceiver receiver = new SlotReceiver(ring, ring.head());
      SlotSender sender = new SlotSender(ring, ring.tail());
      boolean receives = true;
      boolean sends = true;
      for (int call = 0; call < 100 && (receives || sends); call++) {
        receives = receive(receiver, received);
        SendProgress progress = sender.request(payload, 0, call % 49);
        sends = progress != SendProgress.POISONED && progress != SendProgress.PEER_RESTARTED;
        sent.add(progress);
      }
      dropped += receiver.dropped();
    }
    stop.set(true);
    attacker.join();
    guardsStand();
  }

  /** Keeps the indices near each other now and then, or no slot would ever be looked at. */
  private static void writeRandomWords(MemorySegment region, AtomicBoolean stop) {
    Random random = new Random(5);
    while (!stop.get()) {
      long ring = random.nextBoolean() ? SlotFixture.TO_SUBSCRIBER : SlotFixture.TO_PUBLISHER;
      int index = random.nextInt();
      Words.INT.setVolatile(region, ring + SlotFixture.HEAD, index);
      Words.INT.setVolatile(region, ring + SlotFixture.TAIL, index + random.nextInt(17));
      for (int i = random.nextInt(40); i > 0; i--) {
        long at = 0x10 + 4L * random.nextInt((SlotFixture.REGION - 0x10) / 4);
        Words.INT.setVolatile(
            region, at, random.nextBoolean() ? random.nextInt() : random.nextInt(64));
      }
      if (random.nextInt(4) != 0) { // or every region would look as if it were laid out anew
        long header = RegionHeader.magicAndVersion(RegionFormat.V2);
        Words.LONG.setVolatile(region, RegionHeader.MAGIC_AT, header);
        Words.LONG.setVolatile(
            region, RegionHeader.TO_PUBLISHER_AT, RegionHeader.lastRing(RegionFormat.V2));
      }
    }
  }

  /** Length and kind are good when they are checked and bad right afterwards. */
  @Test
  @Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void gainsNothingByAWordThatChangesBetweenTwoLooks() throws InterruptedException {
    SlotFixture region = region(Direction.TO_SUBSCRIBER);
    region.request(1, 1);
    long word = SlotFixture.slot(0) + 8;
    AtomicBoolean stop = new AtomicBoolean();
    Thread attacker =
        new Thread(
            () -> {
              while (!stop.get()) {
                Words.INT.setVolatile(region.ring, word, 300);
                Words.INT.setVolatile(region.ring, word, 1);
              }
            },
            "attacker");
    attacker.setDaemon(true);
    attacker.start();
    CellRing ring = new CellRing(region.memory, RegionFormat.V2, Direction.TO_SUBSCRIBER);
    Set<ReceiveProgress> seen = EnumSet.noneOf(ReceiveProgress.class);
    long end = System.nanoTime() + NANOS / 4;
    while (seen.size() < 2 || System.nanoTime() < end) {
      Words.INT.setVolatile(region.ring, CellRing.HEAD_AT, 0); // what it has read is there again
      SlotReceiver receiver = new SlotReceiver(ring, 0);
      seen.add(receiver.receive(buffer, GUARDED));
      check(receiver.length() <= 1, "length " + receiver.length());
      check(buffer.get(ValueLayout.JAVA_BYTE, GUARDED + 1) == GUARD, "behind the payload");
    }
    stop.set(true);
    attacker.join();
    guardsStand();
    assertThat(seen).containsExactlyInAnyOrder(ReceiveProgress.COMPLETE, ReceiveProgress.EMPTY);
  }

  @Test
  void neverMakesALookAnythingElse() {
    Set<Class<?>> seen = new HashSet<>();
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      SlotFixture region = region(Direction.TO_SUBSCRIBER);
      for (int i = random.nextInt(3); i > 0; i--) {
        long at = random.nextBoolean() ? 0x10 + random.nextInt(0x3c) : random.nextInt(1200);
        region.memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt(4));
      }
      byte[] before = SlotFixture.bytes(memory);
      RegionLook one = AxvisorRegionV2.subscribe(region.memory);
      seen.add(one.getClass());
      boolean ready = one instanceof RegionLook.ReadyV2;
      check(
          RegionSnapshot.of(region.memory).filter(s -> s.version() == 2).isPresent() == ready,
          "snapshot");
      check(AxvisorRegion.look(region.memory) instanceof RegionLook.ReadyV2 == ready, "" + one);
      assertThat(SlotFixture.bytes(memory)).isEqualTo(before);
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(
            RegionLook.ReadyV2.class, RegionLook.NotYet.class, RegionLook.Refused.class);
  }

  /** Neither a message nor a malformed slot makes the receiver remember more. */
  @Tag(Allocations.OWN_JVM)
  @Test
  void isRememberedByTwoCountersAlone() throws Exception {
    SlotFixture region = region(Direction.TO_SUBSCRIBER);
    long allocated = Allocations.whenWarm(4000, () -> dropAndTake(region));
    assertThat(allocated).isBetween(0L, 4000L);
    assertThat(region.receiver.dropped()).isPositive();
  }

  private void dropAndTake(SlotFixture region) {
    for (int i = 0; i < 400_000; i++) {
      region.sender.acknowledge(i, buffer, 0, i % 49);
      if (i % 3 == 0) {
        int slot = region.word(SlotFixture.TAIL) - 1;
        region.setWord(SlotFixture.slot(slot) + 12, 9);
      }
      region.receiver.receive(buffer, GUARDED);
    }
  }
}
