// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.word.Words;

/**
 * The peer writes anything while the other side works. Memory around the region, and around the
 * part of the buffer that a message may fill, must not be touched. {@code -Dtombolo.seconds=} sets
 * how long two threads do so at the same time.
 */
@DisplayName("A region v3 whose peer is hostile")
final class MessageHostilePeerTest {
  private static final long NANOS =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("tombolo.seconds", 2)) / 2;

  private static final int ROUNDS = 20_000;
  private static final byte GUARD = 0x5a;
  private static final int GUARDED = 256;
  private static final int SIZE = 1000;

  private static final class Battlefield {
    final MemorySegment memory;
    final RegionFixture region;

    Battlefield(Random random) {
      AxvisorLayout layout = random.nextBoolean() ? AxvisorLayout.CELL : AxvisorLayout.SLOT;
      memory = Arena.ofAuto().allocate(layout.regionSize() + 2L * GUARDED, 64);
      memory.fill(GUARD);
      region =
          new RegionFixture(
              layout,
              random.nextBoolean() ? Direction.TO_SUBSCRIBER : Direction.TO_PUBLISHER,
              memory.asSlice(GUARDED, layout.regionSize()));
    }

    void guardsStand() {
      for (long i = 0; i < GUARDED; i++) {
        assertThat(memory.get(ValueLayout.JAVA_BYTE, i)).isEqualTo(GUARD);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, memory.byteSize() - 1 - i)).isEqualTo(GUARD);
      }
    }

    /** Writes an index, a field of a header, a byte of one, or a cell that could be right. */
    void attack(Random random) {
      int index = region.head() + random.nextInt(3);
      long cell = region.cell(index);
      switch (random.nextInt(8)) {
        case 0 -> region.setWord(CellRing.TAIL_AT, number(random, region.head()));
        case 1 -> region.setWord(CellRing.HEAD_AT, number(random, region.tail()));
        case 2 -> region.setWord(cell + 4, number(random, 0));
        case 3 -> set(cell + 1, random.nextInt(9));
        case 4 -> set(cell + random.nextInt(24), random.nextInt());
        case 5 -> set(random.nextInt((int) region.ring.byteSize()), random.nextInt());
        case 6 -> Words.LONG.setVolatile(region.ring, cell + 16, wide(random));
        default -> {
          int fragment = random.nextInt(region.payload() + 2);
          long id = (long) Words.LONG.getVolatile(region.ring, cell + 8) + random.nextInt(3);
          long length = random.nextBoolean() ? fragment : wide(random);
          Words.LONG.setVolatile(region.ring, cell, Cell.word(random.nextInt(5), fragment));
          Words.LONG.setVolatile(region.ring, cell + 8, id);
          Words.LONG.setVolatile(region.ring, cell + 16, length);
        }
      }
    }

    private void set(long at, int value) {
      region.ring.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    private static int number(Random random, int near) {
      return random.nextInt(4) == 0 ? random.nextInt() : near + random.nextInt(40) - 3;
    }

    private static long wide(Random random) {
      return random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(2 * SIZE);
    }

    /** Does the peer's honest work, so that there is something to attack. */
    void workForReceiver(Random random) {
      if (region.sender.isSending()) {
        region.sender.abort();
      } else {
        region.send(1, random.nextInt(2 * SIZE));
      }
    }
  }

  /** The side under attack; each answer is checked to be one that is documented. */
  private static final class Victim {
    private final Battlefield field;
    private final Random random;
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[SIZE + 2 * GUARDED]);
    private final Set<MessageError> errors;
    private int length;
    private long worked;
    private long restarted;

    Victim(Battlefield field, Random random, Set<MessageError> errors) {
      this.field = field;
      this.random = random;
      this.errors = errors;
      buffer.fill(GUARD);
    }

    /** Receives once and returns whether no breach has been noticed yet. */
    boolean receive() {
      MessageReceiver receiver = field.region.receiver;
      ReceiveProgress progress = receiver.receive(buffer, GUARDED, SIZE);
      long messageLength = receiver.length();
      switch (progress) {
        case COMPLETE -> {
          check(messageLength >= 0 && messageLength <= SIZE, "length " + messageLength);
          worked++;
        }
        case TOO_LONG ->
            check(Long.compareUnsigned(messageLength, SIZE) > 0, "too long: " + messageLength);
        case EMPTY, ABORTED -> {}
        case PEER_RESTARTED -> restarted++;
        case POISONED -> {
          errors.add(receiver.error().orElseThrow());
          byte[] before = buffer.toArray(ValueLayout.JAVA_BYTE);
          check(receiver.receive(buffer, GUARDED, SIZE) == progress, "poisoned once only");
          check(buffer.mismatch(MemorySegment.ofArray(before)) == -1, "a message after the poison");
        }
      }
      check((progress == ReceiveProgress.POISONED) == receiver.error().isPresent(), "" + progress);
      for (long i = 0; i < GUARDED; i++) {
        check(buffer.get(ValueLayout.JAVA_BYTE, i) == GUARD, "before the buffer");
        check(buffer.get(ValueLayout.JAVA_BYTE, GUARDED + SIZE + i) == GUARD, "behind the buffer");
      }
      return progress != ReceiveProgress.POISONED;
    }

    boolean send() {
      MessageSender sender = field.region.sender;
      if (!sender.isSending()) {
        length = random.nextInt(SIZE);
      }
      SendProgress progress =
          random.nextInt(8) == 0 ? sender.abort() : sender.send(buffer, 0, length);
      if (progress == SendProgress.POISONED) {
        errors.add(sender.error().orElseThrow());
        check(sender.send(buffer, 0, length) == progress, "poisoned once only");
      }
      if (progress == SendProgress.PEER_RESTARTED) {
        restarted++;
        check(sender.send(buffer, 0, length) == progress, "restarted once only");
      }
      worked += progress == SendProgress.COMPLETE ? 1 : 0;
      check((progress == SendProgress.POISONED) == sender.error().isPresent(), "" + progress);
      return progress != SendProgress.POISONED && progress != SendProgress.PEER_RESTARTED;
    }

    private static void check(boolean holds, String what) {
      if (!holds) {
        throw new AssertionError(what);
      }
    }
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverMakesAReceiverDoAnythingElse() {
    Set<MessageError> errors = EnumSet.noneOf(MessageError.class);
    long worked = 0;
    long restarted = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Battlefield field = new Battlefield(random);
      Victim victim = new Victim(field, random, errors);
      boolean whole = true;
      for (int step = 0; step < 40 && whole; step++) {
        switch (random.nextInt(3)) {
          case 0 -> field.workForReceiver(random);
          case 1 -> field.attack(random);
          default -> {
            // The receiver stores the head and nothing else.
            byte[] before = field.region.memory.toArray(ValueLayout.JAVA_BYTE);
            whole = victim.receive();
            long ring = field.region.layout.ringOffset(field.region.direction);
            for (long at = 0; at < before.length; at += at == ring + 11 ? 5 : 1) {
              if (field.region.memory.get(ValueLayout.JAVA_BYTE, at) != before[(int) at]) {
                throw new AssertionError("seed " + seed + ": wrote at " + at);
              }
            }
          }
        }
      }
      field.guardsStand();
      worked += victim.worked;
      restarted += victim.restarted;
    }
    assertThat(restarted).isPositive();
    Set<MessageError> all = EnumSet.allOf(MessageError.class);
    all.remove(MessageError.HEAD);
    assertThat(errors).isEqualTo(all);
    assertThat(worked).isGreaterThan(ROUNDS / 4);
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverMakesASenderDoAnythingElse() {
    Set<MessageError> errors = EnumSet.noneOf(MessageError.class);
    long worked = 0;
    long restarted = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Battlefield field = new Battlefield(random);
      Victim victim = new Victim(field, random, errors);
      boolean whole = true;
      for (int step = 0; step < 40 && whole; step++) {
        switch (random.nextInt(4)) {
          case 0 -> field.attack(random);
          case 1 -> field.region.receive();
          default -> whole = victim.send();
        }
      }
      field.guardsStand();
      worked += victim.worked;
      restarted += victim.restarted;
    }
    assertThat(restarted).isPositive();
    assertThat(errors).containsExactly(MessageError.HEAD);
    assertThat(worked).isGreaterThan(ROUNDS);
  }

  @Test
  void neverMakesALookAnythingElse() {
    int ready = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Battlefield field = new Battlefield(random);
      for (int i = random.nextInt(3); i > 0; i--) {
        long at = random.nextBoolean() ? 0x10 + random.nextInt(0x20) : random.nextInt(1300);
        field.region.memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
      }
      byte[] before = field.memory.toArray(ValueLayout.JAVA_BYTE);
      ready += AxvisorRegion.subscribe(field.region.memory) instanceof RegionLook.Ready ? 1 : 0;
      assertThat(field.memory.mismatch(MemorySegment.ofArray(before))).isEqualTo(-1);
    }
    assertThat(ready).isBetween(ROUNDS / 4, ROUNDS - ROUNDS / 4);
  }

  @ParameterizedTest(name = "receiver under attack: {0}")
  @ValueSource(booleans = {true, false})
  @Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void changesNothingOfThatWhileItWritesAtTheSameTime(boolean receiverUnderAttack)
      throws InterruptedException {
    Random random = new Random(receiverUnderAttack ? 1 : 2);
    Set<MessageError> errors = EnumSet.noneOf(MessageError.class);
    long end = System.nanoTime() + NANOS;
    Attacker attacker = new Attacker(receiverUnderAttack);
    Thread thread = new Thread(attacker, "attacker");
    thread.setDaemon(true);
    thread.start();
    long worked = 0;
    while (System.nanoTime() < end || errors.isEmpty()) {
      Battlefield field = new Battlefield(random);
      Victim victim = new Victim(field, random, errors);
      attacker.field = field;
      boolean whole = true;
      for (int call = 0; call < 10_000 && whole; call++) {
        whole = receiverUnderAttack ? victim.receive() : victim.send();
        worked += whole ? 1 : 0;
      }
      attacker.field = null;
      field.guardsStand();
    }
    attacker.stop = true;
    thread.join();

    assertThat(attacker.failure).isNull();
    assertThat(errors).isNotEmpty();
    assertThat(worked).isPositive();
  }

  /** Changes a word of a cell's header right after it is checked. */
  @ParameterizedTest
  @CsvSource({"CELL, FRAGMENT", "SLOT, LENGTH", "CELL, FLAGS"})
  @Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void gainsNothingByAWordThatChangesBetweenTwoLooks(AxvisorLayout layout, Change change)
      throws InterruptedException {
    RegionFixture region = new RegionFixture(layout, Direction.TO_SUBSCRIBER);
    CellRing ring = new CellRing(region.memory, RegionFormat.v3(layout), Direction.TO_SUBSCRIBER);
    region.forge(Cell.FIRST | Cell.LAST, 1, 1, 1);
    long at = region.cell(0) + change.at;
    long good = (long) Words.LONG.getVolatile(region.ring, at);
    AtomicBoolean stop = new AtomicBoolean();
    Thread thread =
        new Thread(
            () -> {
              while (!stop.get()) {
                Words.LONG.setVolatile(region.ring, at, change.bad);
                Words.LONG.setVolatile(region.ring, at, good);
              }
            },
            "attacker");
    thread.setDaemon(true);
    thread.start();
    MemorySegment buffer = MemorySegment.ofArray(new byte[3]);
    Set<ReceiveProgress> seen = EnumSet.noneOf(ReceiveProgress.class);
    long end = System.nanoTime() + NANOS / 4;
    while (seen.size() < 2 || System.nanoTime() < end) {
      buffer.fill(GUARD);
      region.setWord(CellRing.HEAD_AT, 0); // what it has read is there again
      MessageReceiver receiver = new MessageReceiver(ring, 0, 0);
      ReceiveProgress progress = receiver.receive(buffer, 1, 1);
      seen.add(progress);
      Victim.check(buffer.get(ValueLayout.JAVA_BYTE, 0) == GUARD, "before the buffer");
      Victim.check(buffer.get(ValueLayout.JAVA_BYTE, 2) == GUARD, "behind the buffer");
      if (progress == ReceiveProgress.COMPLETE) {
        Victim.check(receiver.length() == 1, "length " + receiver.length());
        Victim.check(buffer.get(ValueLayout.JAVA_BYTE, 1) != GUARD, "not received");
      } else {
        Victim.check(receiver.error().filter(change.error::equals).isPresent(), "" + progress);
      }
    }
    stop.set(true);
    thread.join();
    assertThat(seen).containsExactlyInAnyOrder(ReceiveProgress.COMPLETE, ReceiveProgress.POISONED);
  }

  /** A word of a good cell's header, its hostile value, and the error that follows. */
  enum Change {
    FRAGMENT(Cell.WORD_AT, Cell.word(Cell.FIRST | Cell.LAST, 1000), MessageError.FRAGMENT_LENGTH),
    FLAGS(Cell.WORD_AT, Cell.word(Cell.FIRST, 1), MessageError.LAST),
    LENGTH(Cell.LENGTH_AT, 1000, MessageError.LAST);

    private final long at;
    private final long bad;
    private final MessageError error;

    Change(long at, long bad, MessageError error) {
      this.at = at;
      this.bad = bad;
      this.error = error;
    }
  }

  /** Attacks, and does the peer's honest work now and then, so that the victim has work, too. */
  private static final class Attacker implements Runnable {
    private final boolean attacksReceiver;
    private final Random random = new Random(3);
    private volatile @Nullable Battlefield field;
    private volatile boolean stop;
    private volatile @Nullable Throwable failure;

    Attacker(boolean attacksReceiver) {
      this.attacksReceiver = attacksReceiver;
    }

    @Override
    public void run() {
      try {
        while (!stop) {
          Battlefield now = field;
          if (now == null) {
            Thread.onSpinWait();
          } else if (random.nextInt(16) == 0) {
            now.attack(random);
          } else if (attacksReceiver) {
            now.workForReceiver(random);
          } else {
            now.region.receive();
          }
        }
      } catch (RuntimeException | AssertionError e) {
        failure = e;
      }
    }
  }
}
