// SPDX-License-Identifier: Apache-2.0
package tombolo.ring.axvisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ring.axvisor.AxvisorLayout.Direction;
import tombolo.ring.axvisor.RegionSide.Language;
import tombolo.ring.word.Words;

/** A peer begins anew while the channel stays; each side in Java and in the guests' C. */
@DisplayName("A peer of a region that begins anew")
final class RestartedPeerTest {
  private static final int SIZE = 20_480;
  private static RegionSide.Functions c;
  private static SlotSide.Functions c2;

  private final MemorySegment memory = Arena.ofAuto().allocate(SIZE, 64);
  private final MemorySegment buffer = Arena.ofAuto().allocate(SIZE, 8);

  @BeforeAll
  static void compile(@TempDir Path directory, @TempDir Path other) throws Exception {
    c = RegionSide.Functions.compile(directory);
    c2 = SlotSide.Functions.compile(other);
  }

  private static Language language(String name) {
    return name.equals("C") ? c : RegionSide.InJava.LANGUAGE;
  }

  private static SlotSide.Language slotLanguage(String name) {
    return name.equals("C") ? c2 : SlotSide.InJava.LANGUAGE;
  }

  private static void send(RegionSide side, int number) {
    MemorySegment message = Arena.ofAuto().allocate(8, 8);
    message.set(ValueLayout.JAVA_INT, 0, number);
    assertThat(side.send(message, 8)).isEqualTo(SendProgress.COMPLETE);
  }

  private void receives(RegionSide side, int number) {
    assertThat(side.receive(buffer, SIZE)).isEqualTo(ReceiveProgress.COMPLETE);
    assertThat(buffer.get(ValueLayout.JAVA_INT, 0)).isEqualTo(number);
  }

  /** Everything that a side may do; nothing of it is stored. */
  private void isRestartedFor(RegionSide side) {
    byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < 3; i++) {
      assertThat(side.receive(buffer, SIZE)).isEqualTo(ReceiveProgress.PEER_RESTARTED);
      assertThat(side.send(buffer, 8)).isEqualTo(SendProgress.PEER_RESTARTED);
    }
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"Java, CELL", "Java, SLOT", "C, CELL", "C, SLOT"})
  void aSubscriberLosesNothingAndWritesNothingIntoTheNewRings(String name, AxvisorLayout layout) {
    RegionSide publisher = c.publish(memory, layout);
    RegionSide subscriber = language(name).subscribe(memory);
    for (int i = 0; i < 5; i++) {
      send(publisher, i);
      receives(subscriber, i);
      send(subscriber, i);
      receives(publisher, i);
    }
    RegionSide again = c.publish(memory, layout);
    for (int i = 100; i < 108; i++) {
      send(again, i);
    }
    isRestartedFor(subscriber);

    RegionSide next = language(name).subscribe(memory);
    for (int i = 100; i < 108; i++) {
      receives(next, i);
    }
    send(next, 9);
    receives(again, 9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Java", "C"})
  void alsoWhereTheNewRegionHasAnotherLayout(String name) {
    RegionSide publisher = c.publish(memory, AxvisorLayout.CELL);
    RegionSide subscriber = language(name).subscribe(memory);
    send(publisher, 1);
    receives(subscriber, 1);
    send(subscriber, 1);
    c.publish(memory, AxvisorLayout.SLOT);
    isRestartedFor(subscriber);
    subscriber = language(name).subscribe(memory);
    AxvisorRegionV2.publish(memory);
    isRestartedFor(subscriber);
  }

  /** The publisher is between its first store and its last one. */
  @ParameterizedTest
  @ValueSource(strings = {"Java", "C"})
  void alsoWhereTheNewRegionIsNotWhole(String name) {
    RegionSide publisher = c.publish(memory, AxvisorLayout.CELL);
    RegionSide subscriber = language(name).subscribe(memory);
    for (int i = 0; i < 20; i++) {
      send(publisher, i);
      receives(subscriber, i);
      send(subscriber, i);
      receives(publisher, i);
    }
    Words.INT.setVolatile(memory, RegionHeader.MAGIC_AT, 0);
    assertThat(subscriber.receive(buffer, SIZE)).isEqualTo(ReceiveProgress.EMPTY);
    for (Direction direction : Direction.values()) {
      long ring = AxvisorLayout.CELL.ringOffset(direction);
      boolean out = direction == Direction.TO_PUBLISHER;
      Words.INT.setVolatile(memory, ring + (out ? CellRing.HEAD_AT : CellRing.TAIL_AT), 0);
    }
    isRestartedFor(subscriber);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Java", "C"})
  void aMessageUnderWayIsGivenUp(String name) {
    RegionSide publisher = c.publish(memory, AxvisorLayout.CELL);
    RegionSide subscriber = language(name).subscribe(memory);
    assertThat(publisher.send(buffer, 2000)).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(subscriber.receive(buffer, SIZE)).isEqualTo(ReceiveProgress.EMPTY);
    assertThat(subscriber.send(buffer, 2000)).isEqualTo(SendProgress.BACK_PRESSURED);
    c.publish(memory, AxvisorLayout.CELL);

    byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
    assertThat(subscriber.abort()).isEqualTo(SendProgress.PEER_RESTARTED);
    assertThat(subscriber.receive(buffer, SIZE)).isEqualTo(ReceiveProgress.PEER_RESTARTED);
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"Java, Java", "Java, C", "C, Java", "C, C"})
  void aPublisherGoesOnWithASubscriberThatCountsFromOneAgain(String own, String other) {
    RegionSide publisher = language(own).publish(memory, AxvisorLayout.CELL);
    RegionSide first = language(other).subscribe(memory);
    for (int i = 0; i < 3; i++) {
      send(first, i);
      receives(publisher, i);
    }
    RegionSide second = language(other).subscribe(memory);
    send(second, 10);
    send(second, 11);
    assertThat(publisher.receive(buffer, SIZE)).isEqualTo(ReceiveProgress.PEER_RESTARTED);
    receives(publisher, 10);
    receives(publisher, 11);
    send(publisher, 12);
    receives(second, 12);

    assertThat(second.send(buffer, 2000)).isEqualTo(SendProgress.BACK_PRESSURED);
    assertThat(publisher.receive(buffer, SIZE)).isEqualTo(ReceiveProgress.EMPTY);
    RegionSide third = language(other).subscribe(memory); // within that message
    send(third, 20);
    assertThat(publisher.receive(buffer, SIZE)).isEqualTo(ReceiveProgress.PEER_RESTARTED);
    receives(publisher, 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Java", "C"})
  void theSameIsTrueOfVersion2(String name) {
    MemorySegment region = memory.asSlice(0, SlotFixture.REGION);
    SlotSide publisher = slotLanguage(name).publish(region);
    SlotSide subscriber = slotLanguage(name).subscribe(region);
    for (int i = 0; i < 3; i++) {
      assertThat(publisher.request(buffer, i)).isEqualTo(SendProgress.COMPLETE);
      assertThat(subscriber.receive()).isEqualTo(ReceiveProgress.COMPLETE);
      assertThat(subscriber.acknowledge(i, buffer, i)).isEqualTo(SendProgress.COMPLETE);
    }
    SlotSide again = slotLanguage(name).publish(region);
    for (int i = 0; i < 8; i++) {
      assertThat(again.request(buffer, i)).isEqualTo(SendProgress.COMPLETE);
    }
    byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < 3; i++) {
      assertThat(subscriber.receive()).isEqualTo(ReceiveProgress.PEER_RESTARTED);
      assertThat(subscriber.request(buffer, 1)).isEqualTo(SendProgress.PEER_RESTARTED);
    }
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
    SlotSide next = slotLanguage(name).subscribe(region);
    for (int i = 0; i < 8; i++) {
      assertThat(next.receive()).isEqualTo(ReceiveProgress.COMPLETE);
      assertThat(next.length()).isEqualTo(i);
    }
  }

  /** The publisher lays the region out while the subscriber is between its look and its store. */
  @ParameterizedTest
  @ValueSource(strings = {"Java", "C"})
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void noMomentIsBadForIt(String name) throws Exception {
    for (int round = 0; round < 3_000; round++) {
      RegionSide publisher = c.publish(memory, AxvisorLayout.CELL);
      RegionSide subscriber = language(name).subscribe(memory);
      send(publisher, 1);
      receives(subscriber, 1);
      send(subscriber, 1);
      receives(publisher, 1);
      int turns = round % 7;
      Thread thread =
          new Thread(
              () -> {
                MemorySegment into = Arena.ofAuto().allocate(SIZE, 8);
                SendProgress out = SendProgress.COMPLETE;
                ReceiveProgress in = ReceiveProgress.EMPTY;
                while (out != SendProgress.PEER_RESTARTED || in != ReceiveProgress.PEER_RESTARTED) {
                  out = subscriber.send(into, 8);
                  in = subscriber.receive(into, SIZE);
                  assertThat(out).isNotEqualTo(SendProgress.POISONED);
                  assertThat(in).isNotEqualTo(ReceiveProgress.POISONED);
                }
              });
      Throwable[] failure = new Throwable[1];
      thread.setUncaughtExceptionHandler((_, e) -> failure[0] = e);
      thread.start();
      for (int i = 0; i < turns * 20; i++) {
        publisher.send(buffer, 8);
        publisher.receive(buffer, SIZE);
      }
      c.publish(memory, AxvisorLayout.CELL);
      thread.join();
      assertThat(failure[0]).isNull();
      AxvisorLayout layout = AxvisorLayout.CELL;
      long out = layout.ringOffset(Direction.TO_PUBLISHER);
      long in = layout.ringOffset(Direction.TO_SUBSCRIBER);
      assertThat((int) Words.INT.getVolatile(memory, out + CellRing.TAIL_AT)).isZero();
      assertThat((int) Words.INT.getVolatile(memory, in + CellRing.HEAD_AT)).isZero();
    }
  }

  /** As if the publisher always came between the look and the store. */
  @Test
  void theGuestsCodeStoresNoIndexOverThatOfANewRegion() {
    RegionSide publisher = c.publish(memory, AxvisorLayout.CELL);
    RegionSide subscriber = c.subscribe(memory);
    send(publisher, 1);
    receives(subscriber, 1);
    send(subscriber, 1);
    c.publish(memory, AxvisorLayout.CELL);
    byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);

    assertThat(((RegionSide.InC) subscriber).advance()).isFalse();
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
  }

  @Test
  void bothLanguagesAcceptAndRefuseTheSame() {
    AxvisorRegion.publish(memory, AxvisorLayout.CELL);
    Words.LONG.setVolatile(memory, 0L, 7L);
    Words.LONG.setVolatile(memory, 8L, 9L);
    assertThat(c.isChannel(memory, 7, 9)).isTrue();
    assertThat(c.isChannel(memory, 9, 7)).isFalse();
    assertThat(c.isChannel(memory, 7, 0)).isFalse();
    int[][] words = {{0x1c, 2241, 0}, {0x1c, SIZE, 0}, {0x1c, SIZE + 1, 2}, {0x1c, 2239, 2}};
    int[][] features = {{0x20, 3, 0}, {0x20, -1, 0}, {0x20, 2, 2}, {0x20, 0, 2}};
    for (int[][] table : new int[][][] {words, features}) {
      for (int[] row : table) {
        AxvisorRegion.publish(memory, AxvisorLayout.CELL);
        Words.INT.setVolatile(memory, (long) row[0], row[1]);
        boolean ready = AxvisorRegion.subscribe(memory) instanceof RegionLook.Ready;
        assertThat(c.look(memory)).isEqualTo(row[2]);
        assertThat(ready).isEqualTo(row[2] == 0);
      }
    }
  }
}
