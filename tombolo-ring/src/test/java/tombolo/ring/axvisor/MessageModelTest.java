// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.ring.axvisor.AxvisorLayout.Direction;

/**
 * Compares streams of random calls with queues of messages and cells and with the arithmetic of the
 * format.
 */
@DisplayName("A region v3 does what a queue does")
final class MessageModelTest {
  private static final int STREAMS = 10_000;

  @Test
  void inRandomStreams() {
    Map<ReceiveProgress, Integer> seen = new EnumMap<>(ReceiveProgress.class);
    for (int seed = 0; seed < STREAMS; seed++) {
      new Stream(seed, seen).run();
    }
    for (ReceiveProgress progress : ReceiveProgress.values()) {
      boolean often = seen.getOrDefault(progress, 0) > STREAMS / 10;
      boolean honest =
          progress != ReceiveProgress.POISONED && progress != ReceiveProgress.PEER_RESTARTED;
      assertThat(often).as("%s", progress).isEqualTo(honest);
    }
  }

  /** A cell with its message, and whether and how the message ends there. */
  private record Cells(int seed, int length, int fragment, boolean last, boolean abort) {}

  private static final class Stream {
    private final String name;
    private final Random random;
    private final RegionFixture region;
    private final Map<ReceiveProgress, Integer> seen;
    private final int longest;

    /** The cells between head and tail. */
    private final ArrayDeque<Cells> cells = new ArrayDeque<>();

    private int written;
    private int read;

    /** The message being sent, as a cell without a fragment; null if none is under way. */
    private @Nullable Cells sending;

    private int sent;
    private int size;
    private boolean receiving;

    Stream(int seed, Map<ReceiveProgress, Integer> seen) {
      name = "seed " + seed;
      random = new Random(seed);
      this.seen = seen;
      region =
          new RegionFixture(
              random.nextBoolean() ? AxvisorLayout.CELL : AxvisorLayout.SLOT,
              random.nextBoolean() ? Direction.TO_SUBSCRIBER : Direction.TO_PUBLISHER);
      int room = region.capacity() * region.payload();
      longest = random.nextBoolean() ? 3 * region.payload() : 2 * room;
    }

    void run() {
      for (int step = 0; step < 60; step++) {
        switch (random.nextInt(8)) {
          case 0 -> abort();
          case 1, 2, 3 -> send();
          default -> receive();
        }
        assertThat(region.tail()).as(name).isEqualTo(written);
        assertThat(region.head()).as(name).isEqualTo(read);
        assertThat(region.sender.isSending()).as(name).isEqualTo(sending != null);
        assertThat(region.receiver.isReceiving()).as(name).isEqualTo(receiving);
      }
    }

    private void send() {
      if (sending == null) {
        int length = random.nextInt(4) == 0 ? random.nextInt(3) : random.nextInt(longest);
        sending = new Cells(random.nextInt(), length, 0, false, false);
        sent = 0;
      }
      Cells message = sending;
      while (sending != null && cells.size() < region.capacity()) {
        int left = message.length - sent;
        int fragment = Math.min(left, region.payload());
        put(new Cells(message.seed, message.length, fragment, left == fragment, false));
        sent += fragment;
        if (left == fragment) {
          sending = null;
        }
      }
      assertThat(region.send(message.seed, message.length))
          .as(name)
          .isEqualTo(sending == null ? SendProgress.COMPLETE : SendProgress.BACK_PRESSURED);
    }

    private void abort() {
      boolean room = sent == 0 || cells.size() < region.capacity();
      if (sending != null && sent > 0 && room) {
        put(new Cells(sending.seed, sending.length, 0, false, true));
      }
      SendProgress expected =
          sending == null || room ? SendProgress.COMPLETE : SendProgress.BACK_PRESSURED;
      sending = expected == SendProgress.COMPLETE ? null : sending;
      assertThat(region.sender.abort()).as(name).isEqualTo(expected);
    }

    private void put(Cells cell) {
      cells.add(cell);
      written++;
    }

    private void receive() {
      if (!receiving) {
        size = random.nextInt(3) == 0 ? random.nextInt(longest) : longest;
      }
      ReceiveProgress expected = ReceiveProgress.EMPTY;
      Cells cell = null;
      while (expected == ReceiveProgress.EMPTY && !cells.isEmpty()) {
        cell = cells.remove();
        read++;
        receiving = !cell.last && !cell.abort;
        if (cell.abort) {
          expected = ReceiveProgress.ABORTED;
        } else if (cell.last) {
          expected = cell.length > size ? ReceiveProgress.TOO_LONG : ReceiveProgress.COMPLETE;
        }
      }
      assertThat(region.receiver.receive(region.buffer, 0, size)).as(name).isEqualTo(expected);
      seen.merge(expected, 1, Integer::sum);
      if (cell != null && expected == ReceiveProgress.COMPLETE) {
        region.holds(cell.seed, cell.length);
      } else if (cell != null && expected == ReceiveProgress.TOO_LONG) {
        assertThat(region.receiver.length()).as(name).isEqualTo(cell.length);
      }
    }
  }
}
