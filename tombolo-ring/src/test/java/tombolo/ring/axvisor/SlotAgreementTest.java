// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.ring.HexFile;
import tombolo.ring.axvisor.SlotSide.Language;
import tombolo.ring.word.Words;

/** The guests' C code, compiled for the host, and this project's Java over the same memory. */
@DisplayName("C and Java agree on region version 2")
final class SlotAgreementTest {
  private static final int STREAMS = 5_000;
  private static final int STEPS = 60;
  private static final Language JAVA = SlotSide.InJava.LANGUAGE;

  private static SlotSide.Functions c;

  private final MemorySegment source = Arena.ofAuto().allocate(SlotFixture.PAYLOAD, 8);

  @BeforeAll
  static void compile(@TempDir Path directory) throws Exception {
    c = SlotSide.Functions.compile(directory);
  }

  /** Java and C talk to each other; each answers the other's requests. */
  @Test
  void betweenTheTwo() {
    int messages = 0;
    for (int seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      MemorySegment memory = SlotFixture.allocate();
      boolean javaPublishes = random.nextBoolean();
      SlotSide publisher = (javaPublishes ? JAVA : c).publish(memory);
      SlotSide subscriber = (javaPublishes ? c : JAVA).subscribe(memory);
      Talk there = new Talk("seed " + seed, publisher);
      Talk back = new Talk("seed " + seed, subscriber);
      for (int step = 0; step < STEPS; step++) {
        boolean first = random.nextBoolean();
        Talk self = first ? there : back;
        Talk peer = first ? back : there;
        switch (random.nextInt(3)) {
          case 0 -> self.request(random.nextInt(49));
          case 1 -> self.acknowledge(random.nextInt(49));
          default -> self.receive(peer);
        }
      }
      while (!there.sent.isEmpty() || !back.sent.isEmpty()) {
        there.receive(back);
        back.receive(there);
      }
      messages += there.received + back.received;
    }
    assertThat(messages).isGreaterThan(10 * STREAMS);
  }

  private record Message(SlotKind kind, long sequence, int length) {
    /** Fills a payload with the bytes that follow from the message. */
    void fill(MemorySegment payload) {
      for (int i = 0; i < length; i++) {
        payload.set(ValueLayout.JAVA_BYTE, i, (byte) (sequence * 7 + kind.code() + i));
      }
    }
  }

  /** One side, what it has sent that is not received, and the requests that it has to answer. */
  private final class Talk {
    private final String name;
    private final SlotSide side;
    private final ArrayDeque<Message> sent = new ArrayDeque<>();
    private final ArrayDeque<Long> unanswered = new ArrayDeque<>();
    private long requests;
    private int received;

    Talk(String name, SlotSide side) {
      this.name = name;
      this.side = side;
    }

    void request(int length) {
      Message message = new Message(SlotKind.REQUEST, requests + 1, length);
      message.fill(source);
      if (accepted(side.request(source, length), message)) {
        requests++;
      }
    }

    void acknowledge(int length) {
      if (!unanswered.isEmpty()) {
        Message message = new Message(SlotKind.ACKNOWLEDGEMENT, unanswered.element(), length);
        message.fill(source);
        if (accepted(side.acknowledge(message.sequence, source, length), message)) {
          unanswered.remove();
        }
      }
    }

    private boolean accepted(SendProgress progress, Message message) {
      boolean full = sent.size() == SlotFixture.CAPACITY;
      assertThat(progress)
          .as(name)
          .isEqualTo(full ? SendProgress.BACK_PRESSURED : SendProgress.COMPLETE);
      if (!full) {
        sent.add(message);
      }
      return !full;
    }

    void receive(Talk peer) {
      boolean empty = peer.sent.isEmpty();
      assertThat(side.receive())
          .as(name)
          .isEqualTo(empty ? ReceiveProgress.EMPTY : ReceiveProgress.COMPLETE);
      if (empty) {
        return;
      }
      Message message = peer.sent.remove();
      assertThat(new Message(side.kind(), side.sequence(), side.length()))
          .as(name)
          .isEqualTo(message);
      message.fill(source);
      MemorySegment expected = source.asSlice(0, message.length);
      assertThat(side.payload().asSlice(0, message.length).mismatch(expected))
          .as(name)
          .isEqualTo(-1);
      if (message.kind == SlotKind.REQUEST) {
        unanswered.add(message.sequence);
      }
      received++;
    }
  }

  /** The same calls in Java alone and in C alone give the same answers and the same bytes. */
  @Test
  void byteForByteAlsoUnderAttack() {
    Map<ReceiveProgress, Integer> seen = new EnumMap<>(ReceiveProgress.class);
    long dropped = 0;
    for (int seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      Twins twins = new Twins("seed " + seed, random, seen);
      boolean hostile = random.nextBoolean();
      for (int step = 0; step < STEPS; step++) {
        twins.step(hostile);
      }
      dropped += twins.sides[0][0].dropped() + twins.sides[0][1].dropped();
    }
    assertThat(seen)
        .containsOnlyKeys(
            ReceiveProgress.COMPLETE,
            ReceiveProgress.EMPTY,
            ReceiveProgress.PEER_RESTARTED,
            ReceiveProgress.POISONED);
    assertThat(seen.values()).allMatch(count -> count > STREAMS / 10);
    assertThat(dropped).isGreaterThan(STREAMS / 10);
  }

  private final class Twins {
    private final String name;
    private final Random random;
    private final Map<ReceiveProgress, Integer> seen;
    private final MemorySegment[] memories = {SlotFixture.allocate(), SlotFixture.allocate()};

    /** The publisher and the subscriber of each memory: Java's, then C's. */
    private final SlotSide[][] sides = new SlotSide[2][2];

    Twins(String name, Random random, Map<ReceiveProgress, Integer> seen) {
      this.name = name;
      this.random = random;
      this.seen = seen;
      for (int i = 0; i < 2; i++) {
        Language language = i == 0 ? JAVA : c;
        sides[i][0] = language.publish(memories[i]);
        sides[i][1] = language.subscribe(memories[i]);
      }
      same();
    }

    void step(boolean hostile) {
      int side = random.nextInt(2);
      SlotSide java = sides[0][side];
      SlotSide guest = sides[1][side];
      int length = random.nextInt(49);
      long sequence = random.nextLong();
      switch (random.nextInt(hostile ? 10 : 7)) {
        case 0, 1 ->
            assertThat(guest.request(source, length)).isEqualTo(java.request(source, length));
        case 2 ->
            assertThat(guest.acknowledge(sequence, source, length))
                .isEqualTo(java.acknowledge(sequence, source, length));
        case 3, 4, 5 -> receive(java, guest);
        case 6 -> {
          if (random.nextInt(16) == 0) {
            sides[0][1] = JAVA.subscribe(memories[0]);
            sides[1][1] = c.subscribe(memories[1]);
          }
        }
        default -> attack();
      }
      same();
    }

    private void receive(SlotSide java, SlotSide guest) {
      ReceiveProgress progress = java.receive();
      assertThat(guest.receive()).as(name).isEqualTo(progress);
      seen.merge(progress, 1, Integer::sum);
      assertThat(guest.dropped()).as(name).isEqualTo(java.dropped());
      assertThat(guest.payload().mismatch(java.payload())).as(name).isEqualTo(-1);
      if (progress == ReceiveProgress.COMPLETE) {
        assertThat(guest.kind()).as(name).isEqualTo(java.kind());
        assertThat(guest.sequence()).as(name).isEqualTo(java.sequence());
        assertThat(guest.length()).as(name).isEqualTo(java.length());
      }
    }

    /** Writes an index, or a word of a slot's header that is likely to be read next. */
    private void attack() {
      long ring = random.nextBoolean() ? SlotFixture.TO_SUBSCRIBER : SlotFixture.TO_PUBLISHER;
      int head = memories[0].get(ValueLayout.JAVA_INT, ring + SlotFixture.HEAD);
      long at;
      int value;
      if (random.nextInt(12) == 0) {
        at = ring + (random.nextBoolean() ? SlotFixture.HEAD : SlotFixture.TAIL);
        value = head + random.nextInt(20) - 2;
      } else {
        at = ring + SlotFixture.slot(head) + 8 + 4L * random.nextInt(2);
        value = random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(60);
      }
      for (MemorySegment memory : memories) {
        Words.INT.setVolatile(memory, at, value);
      }
    }

    private void same() {
      assertThat(memories[0].mismatch(memories[1])).as(name).isEqualTo(-1);
    }
  }

  /** A subscriber's look at what may be a region, of either version. */
  @Test
  void onWhatARegionIs() {
    int[] seen = new int[3];
    for (int seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      MemorySegment memory = SlotFixture.allocate();
      int version = random.nextInt(4) == 0 ? 3 : 2;
      if (version == 3) {
        AxvisorRegion.publish(memory, AxvisorLayout.CELL);
      } else {
        (random.nextBoolean() ? JAVA : c).publish(memory);
      }
      assertThat(c.version(memory)).isEqualTo(version);
      for (int i = random.nextInt(3); i > 0; i--) {
        long base = new long[] {0x10, 0x40, 0x480}[random.nextInt(3)];
        long at = base + random.nextInt(base == 0x10 ? 0x20 : 0x0c);
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt(4));
      }
      int look = JAVA.look(memory);
      assertThat(c.look(memory)).as("seed %d", seed).isEqualTo(look);
      seen[look]++;
    }
    assertThat(Arrays.stream(seen)).allMatch(count -> count > STREAMS / 50);
  }

  @Test
  void onHowMuchMemoryARegionNeeds() {
    MemorySegment memory = SlotFixture.allocate();
    assertThat(c.publishes(memory.asSlice(0, 2239))).isFalse();
    assertThat(c.publishes(memory)).isTrue();
    assertThat(c.look(memory.asSlice(0, 2239))).isEqualTo(2);
  }

  /** The same calls as in {@code SlotFormatTest}, in C. */
  @Test
  void onTheGoldenBytes() {
    MemorySegment memory = SlotFixture.allocate();
    Words.LONG.set(memory, 0L, 7L);
    Words.LONG.set(memory, 8L, 0x1122334455667788L);
    SlotSide publisher = c.publish(memory);
    SlotSide subscriber = c.subscribe(memory);
    publisher.request(Arena.ofAuto().allocateFrom("abc"), 3);
    subscriber.receive();
    Arena arena = Arena.ofAuto();
    publisher.request(arena.allocate(48).copyFrom(RegionFixture.message(0, 48)), 48);
    subscriber.acknowledge(subscriber.sequence(), arena.allocateFrom("ok"), 2);
    publisher.receive();
    subscriber.acknowledge(0x0807060504030201L, arena.allocate(1), 0);
    assertThat(SlotFixture.bytes(memory))
        .containsExactly(HexFile.read("axvisor-region-v2.hex", SlotFixture.REGION));
  }
}
