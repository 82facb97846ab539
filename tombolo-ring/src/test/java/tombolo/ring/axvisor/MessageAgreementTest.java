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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.axvisor.RegionSide.Language;

/** The guests' C code, compiled for the host, and this project's Java over the same memory. */
@DisplayName("C and Java agree on region v3 and Message V1")
final class MessageAgreementTest {
  private static final int STREAMS = 10_000;
  private static final int STEPS = 40;
  private static final int LONGEST = 12_000;
  private static final Language JAVA = RegionSide.InJava.LANGUAGE;

  private static RegionSide.Functions c;

  private final MemorySegment source = Arena.ofAuto().allocate(LONGEST, 8);

  @BeforeAll
  static void compile(@TempDir Path directory) throws Exception {
    c = RegionSide.Functions.compile(directory);
  }

  /** Java and C talk to each other: what one sends the other receives. */
  @Test
  void betweenTheTwo() {
    Map<ReceiveProgress, Integer> seen = new EnumMap<>(ReceiveProgress.class);
    for (int seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      AxvisorLayout layout = random.nextBoolean() ? AxvisorLayout.CELL : AxvisorLayout.SLOT;
      MemorySegment memory = RegionFixture.allocate(layout);
      boolean javaPublishes = random.nextBoolean();
      RegionSide publisher = (javaPublishes ? JAVA : c).publish(memory, layout);
      RegionSide subscriber = (javaPublishes ? c : JAVA).subscribe(memory);
      Stream there = new Stream("seed " + seed, publisher, subscriber, random, seen);
      Stream back = new Stream("seed " + seed, subscriber, publisher, random, seen);
      for (int step = 0; step < STEPS; step++) {
        (random.nextBoolean() ? there : back).step();
      }
      there.finish();
      back.finish();
    }
    assertThat(seen)
        .containsOnlyKeys(
            ReceiveProgress.COMPLETE,
            ReceiveProgress.EMPTY,
            ReceiveProgress.ABORTED,
            ReceiveProgress.TOO_LONG);
    assertThat(seen.values()).allMatch(count -> count > STREAMS / 10);
  }

  /** One direction and its messages under way, each as its length, negative if given up. */
  private final class Stream {
    private final String name;
    private final RegionSide sender;
    private final RegionSide receiver;
    private final Random random;
    private final Map<ReceiveProgress, Integer> seen;
    private final MemorySegment buffer = Arena.ofAuto().allocate(LONGEST, 8);
    private final int longest;
    private final ArrayDeque<Integer> lengths = new ArrayDeque<>();
    private @Nullable Integer sending;
    private int size = -1;

    Stream(
        String name,
        RegionSide sender,
        RegionSide receiver,
        Random random,
        Map<ReceiveProgress, Integer> seen) {
      this.name = name;
      this.sender = sender;
      this.receiver = receiver;
      this.random = random;
      this.seen = seen;
      this.longest = random.nextBoolean() ? 600 : LONGEST;
    }

    void step() {
      if (random.nextBoolean()) {
        receive();
      } else if (sending != null && random.nextInt(4) == 0) {
        if (sender.abort() == SendProgress.COMPLETE) {
          // The receiver sees either nothing of it or that it was given up.
          lengths.add(-1);
          sending = null;
        }
      } else {
        send(sending == null ? random.nextInt(longest) : sending);
      }
    }

    void finish() {
      while (sending != null || !lengths.isEmpty()) {
        if (sending != null) {
          send(sending);
        }
        int waiting = lengths.size();
        if (receive() == ReceiveProgress.EMPTY && sending == null) {
          // Only messages of which nothing is seen are left.
          assertThat(lengths).as(name).hasSize(waiting).containsOnly(-1);
          lengths.clear();
        }
      }
    }

    private void send(int length) {
      fill(source, length);
      SendProgress progress = sender.send(source, length);
      assertThat(progress).as(name).isNotEqualTo(SendProgress.POISONED);
      sending = progress == SendProgress.COMPLETE ? null : length;
      if (sending == null) {
        lengths.add(length);
      }
    }

    private ReceiveProgress receive() {
      if (size < 0) {
        size = random.nextInt(3) == 0 ? random.nextInt(longest) : longest;
      }
      ReceiveProgress progress = receiver.receive(buffer, size);
      seen.merge(progress, 1, Integer::sum);
      if (progress == ReceiveProgress.EMPTY) {
        return progress;
      }
      int length = lengths.remove();
      while (length < 0 && progress != ReceiveProgress.ABORTED) {
        length = lengths.remove();
      }
      switch (progress) {
        case COMPLETE -> {
          assertThat(receiver.length()).as(name).isEqualTo(length).isLessThanOrEqualTo(size);
          fill(source, length);
          assertThat(buffer.asSlice(0, length).mismatch(source.asSlice(0, length)))
              .as(name)
              .isEqualTo(-1);
        }
        case TOO_LONG ->
            assertThat(receiver.length()).as(name).isEqualTo(length).isGreaterThan(size);
        case ABORTED -> assertThat(length).as(name).isEqualTo(-1);
        case EMPTY, PEER_RESTARTED, POISONED -> throw new AssertionError(name + ": " + progress);
      }
      size = -1;
      return progress;
    }
  }

  /**
   * The same calls in Java alone and in C alone give the same answers and the same bytes, even when
   * somebody writes wrong bytes into both memories.
   */
  @Test
  void byteForByte() {
    Map<ReceiveProgress, Integer> seen = new EnumMap<>(ReceiveProgress.class);
    for (int seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      AxvisorLayout layout = random.nextBoolean() ? AxvisorLayout.CELL : AxvisorLayout.SLOT;
      Twins twins = new Twins("seed " + seed, layout, random, seen);
      boolean hostile = random.nextBoolean();
      for (int step = 0; step < STEPS; step++) {
        twins.step(hostile);
      }
    }
    assertThat(seen).containsOnlyKeys(ReceiveProgress.values());
    assertThat(seen.values()).allMatch(count -> count > STREAMS / 10);
  }

  private final class Twins {
    private final String name;
    private final Random random;
    private final Map<ReceiveProgress, Integer> seen;
    private final AxvisorLayout layout;
    private final MemorySegment[] memories = new MemorySegment[2];
    private final MemorySegment[] buffers = new MemorySegment[2];

    /** The publisher and the subscriber of each memory. */
    private final RegionSide[][] sides = new RegionSide[2][2];

    /** The length of the message that each side sends at present; negative if none. */
    private final int[] sending = {-1, -1};

    /** The size of the buffer that each side receives into; negative if it receives nothing. */
    private final int[] receiving = {-1, -1};

    Twins(String name, AxvisorLayout layout, Random random, Map<ReceiveProgress, Integer> seen) {
      this.name = name;
      this.layout = layout;
      this.random = random;
      this.seen = seen;
      for (int i = 0; i < 2; i++) {
        memories[i] = RegionFixture.allocate(layout);
        buffers[i] = Arena.ofAuto().allocate(LONGEST, 8);
        sides[i][0] = language(i).publish(memories[i], layout);
        sides[i][1] = language(i).subscribe(memories[i]);
      }
      same();
    }

    private static Language language(int twin) {
      return twin == 0 ? JAVA : c;
    }

    void step(boolean hostile) {
      int side = random.nextInt(2);
      switch (random.nextInt(hostile ? 12 : 8)) {
        case 0, 1, 2 -> send(side);
        case 3 -> abort(side);
        case 4, 5, 6 -> receive(side);
        case 7 -> {
          if (random.nextInt(16) == 0) {
            sides[0][1] = JAVA.subscribe(memories[0]);
            sides[1][1] = c.subscribe(memories[1]);
            sending[1] = receiving[1] = -1;
          }
        }
        default -> attack();
      }
      same();
    }

    private void send(int side) {
      if (sending[side] < 0) {
        sending[side] = random.nextInt(random.nextBoolean() ? LONGEST : 100);
      }
      fill(source, sending[side]);
      SendProgress progress = sides[0][side].send(source, sending[side]);
      assertThat(sides[1][side].send(source, sending[side])).as(name).isEqualTo(progress);
      if (progress == SendProgress.COMPLETE) {
        sending[side] = -1;
      }
    }

    private void abort(int side) {
      SendProgress progress = sides[0][side].abort();
      assertThat(sides[1][side].abort()).as(name).isEqualTo(progress);
      if (progress == SendProgress.COMPLETE) {
        sending[side] = -1;
      }
    }

    private void receive(int side) {
      if (receiving[side] < 0) {
        receiving[side] = random.nextInt(random.nextBoolean() ? LONGEST : 100);
      }
      ReceiveProgress progress = sides[0][side].receive(buffers[0], receiving[side]);
      assertThat(sides[1][side].receive(buffers[1], receiving[side])).as(name).isEqualTo(progress);
      seen.merge(progress, 1, Integer::sum);
      if (progress == ReceiveProgress.COMPLETE || progress == ReceiveProgress.TOO_LONG) {
        assertThat(sides[1][side].length()).as(name).isEqualTo(sides[0][side].length());
      }
      if (progress != ReceiveProgress.EMPTY) {
        receiving[side] = -1;
      }
    }

    /** Changes a ring's index, or a byte of a cell's header that is likely to be read next. */
    private void attack() {
      long ring =
          layout.ringOffset(
              random.nextBoolean() ? Direction.TO_SUBSCRIBER : Direction.TO_PUBLISHER);
      int head = memories[0].get(ValueLayout.JAVA_INT, ring + 12);
      long cell = layout.cellSize() * (1L + Integer.remainderUnsigned(head, layout.capacity()));
      long at;
      int value = random.nextInt(6);
      if (random.nextInt(8) == 0) {
        at = ring + (random.nextBoolean() ? 12 : 16);
        value += memories[0].get(ValueLayout.JAVA_BYTE, at) - 2;
      } else {
        at = ring + cell + (random.nextBoolean() ? 1 : random.nextInt(24));
      }
      for (MemorySegment memory : memories) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
      }
    }

    private void same() {
      assertThat(memories[0].mismatch(memories[1])).as(name).isEqualTo(-1);
      assertThat(buffers[0].mismatch(buffers[1])).as(name).isEqualTo(-1);
    }
  }

  /** Compares a subscriber's looks at memory that may be a region. */
  @Test
  void onWhatARegionIs() {
    int[] seen = new int[3];
    for (int seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      AxvisorLayout layout = random.nextBoolean() ? AxvisorLayout.CELL : AxvisorLayout.SLOT;
      MemorySegment memory = RegionFixture.allocate(layout);
      (random.nextBoolean() ? JAVA : c).publish(memory, layout);
      for (int i = random.nextInt(3); i > 0; i--) {
        long field = random.nextInt(8) * 4L;
        long ring =
            layout.ringOffset(
                random.nextBoolean() ? Direction.TO_SUBSCRIBER : Direction.TO_PUBLISHER);
        long at = (random.nextBoolean() ? 0x10 : ring) + field + random.nextInt(4);
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt(5));
      }
      int look =
          switch (AxvisorRegion.subscribe(memory)) {
            case RegionLook.Ready _ -> 0;
            case RegionLook.NotYet _ -> 1;
            case RegionLook.Refused _ -> 2;
            case RegionLook.ReadyV2 ready -> throw new AssertionError(ready);
          };
      assertThat(c.look(memory)).as("seed %d", seed).isEqualTo(look);
      seen[look]++;
    }
    assertThat(Arrays.stream(seen)).allMatch(count -> count > STREAMS / 20);
  }

  private static void fill(MemorySegment segment, int length) {
    for (int i = 0; i < length; i += 97) {
      segment.set(ValueLayout.JAVA_BYTE, i, (byte) (length + i));
    }
  }
}
