// SPDX-License-Identifier: Apache-2.0
package tombolo.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.ring.word.Words;

@DisplayName("Waiting at a ring")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WaitingTest {
  private static final int CAPACITY = 128;
  private static final long FOREVER = Long.MAX_VALUE;
  private static final long SECOND = 1_000_000_000;

  private final MemorySegment memory = Arena.ofShared().allocate(SpscRing.size(CAPACITY), 128);
  private final MemorySegment source = RingFixture.payload(1, 24);
  private final AtomicInteger read = new AtomicInteger();
  private final MessageHandler handler = (_, _, _, _) -> read.incrementAndGet();

  @AfterEach
  void forgetInterruption() {
    Thread.interrupted();
  }

  /**
   * One thread alone: the clock goes on by what is waited for, and while a side waits, what the
   * test has prepared happens.
   */
  private static final class ScriptedBell implements Bell {
    final ArrayDeque<Runnable> script = new ArrayDeque<>();
    long now = Long.MAX_VALUE - SECOND;
    long perLook;
    int rings;
    int waits;
    long longest;
    boolean over;

    @Override
    public void ring() {
      rings++;
    }

    @Override
    public void await(long nanos) throws InterruptedException {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      assertThat(nanos).isPositive();
      waits++;
      longest = Math.max(longest, nanos);
      if (script.isEmpty()) {
        now += nanos;
      } else {
        now += 1;
        script.remove().run();
      }
    }

    @Override
    public boolean endsWait() {
      return over;
    }

    @Override
    public long nanoTime() {
      return now += perLook;
    }
  }

  private final ScriptedBell readersBell = new ScriptedBell();
  private final ScriptedBell writersBell = new ScriptedBell();
  private final SpscWriter writer = SpscRing.writer(memory, CAPACITY);
  private final SpscReader reader = SpscRing.reader(memory);

  private WaitingReader reader(Waiting how) {
    return new WaitingReader(reader, how, readersBell);
  }

  private WaitingWriter writer(Waiting how) {
    return new WaitingWriter(writer, how, writersBell);
  }

  private int offer(WaitingWriter to, long nanos) throws InterruptedException {
    return to.offer(1, source, 0, 24, nanos);
  }

  private static void fill(SpscWriter writer) {
    while (RingFixture.offer(writer, 1, 24) == Answer.OK) {
      // until it is full
    }
  }

  @ParameterizedTest
  @EnumSource(Waiting.class)
  void doesNotWaitForWhatIsThere(Waiting how) throws InterruptedException {
    assertThat(offer(writer(how), FOREVER)).isEqualTo(Answer.OK);
    assertThat(reader(how).drain(handler, 10, FOREVER)).isOne();
    assertThat(readersBell.waits + writersBell.waits).isZero();
    assertThat(readersBell.rings + writersBell.rings).isZero();
  }

  @ParameterizedTest
  @EnumSource(Waiting.class)
  void doesNotWaitIfNotAllowedTo(Waiting how) throws InterruptedException {
    WaitingReader waiting = reader(how);
    WaitingWriter waitingWriter = writer(how);
    fill(writer);
    for (long nanos : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThat(offer(waitingWriter, nanos)).isEqualTo(Answer.BACK_PRESSURED);
      assertThat(waitingWriter.claim(1, 24, nanos)).isEqualTo(Answer.BACK_PRESSURED);
    }
    waiting.drain(handler, 10, 0);
    for (long nanos : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThat(waiting.drain(handler, 1, nanos)).isZero();
    }
    assertThat(readersBell.waits + writersBell.waits).isZero();
  }

  @ParameterizedTest
  @EnumSource(Waiting.class)
  void waitsAsLongAsItIsToldTo(Waiting how) throws InterruptedException {
    readersBell.perLook = writersBell.perLook = 1000;
    WaitingReader waiting = reader(how);
    long before = readersBell.now;
    assertThat(waiting.drain(handler, 1, SECOND)).isZero();
    assertThat(readersBell.now - before).isBetween(SECOND, SECOND + 10_000);
    assertThat(readersBell.longest).isLessThanOrEqualTo(SECOND);
    assertThat(readersBell.waits).isEqualTo(how == Waiting.SPIN ? 0 : 1);

    fill(writer);
    WaitingWriter waitingWriter = writer(how);
    before = writersBell.now;
    assertThat(offer(waitingWriter, SECOND)).isEqualTo(Answer.BACK_PRESSURED);
    assertThat(writersBell.now - before).isBetween(SECOND, SECOND + 10_000);
    assertThat(writersBell.waits).isEqualTo(how == Waiting.SPIN ? 0 : 1);
    assertThat((int) Words.INT.getVolatile(memory, Part.SLEEP_AT))
        .isEqualTo(how == Waiting.SPIN ? 0 : 2);
  }

  @Test
  void looksForAWhileBeforeItSleeps() throws InterruptedException {
    readersBell.perLook = 1000;
    long before = readersBell.now;
    long[] slept = {0};
    readersBell.script.add(() -> slept[0] = readersBell.now - before);
    assertThat(reader(Waiting.SPIN_THEN_BELL).drain(handler, 1, SECOND)).isZero();
    assertThat(slept[0]).isBetween(20_000L, 23_000L);
  }

  @Test
  void sleepsAtOnceIfItIsToldTo() throws InterruptedException {
    assertThat(reader(Waiting.BELL).drain(handler, 1, SECOND)).isZero();
    assertThat(readersBell.longest).isEqualTo(SECOND);
  }

  @ParameterizedTest
  @EnumSource(Waiting.class)
  void endsWhenTheThreadIsInterrupted(Waiting how) {
    WaitingReader waiting = reader(how);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> waiting.drain(handler, 1, FOREVER))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    fill(writer);
    WaitingWriter waitingWriter = writer(how);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> offer(waitingWriter, FOREVER))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void isAwakeAgainAfterAnInterruption() {
    readersBell.script.add(() -> Thread.currentThread().interrupt());
    assertThatThrownBy(() -> reader(Waiting.BELL).drain(handler, 1, FOREVER))
        .isInstanceOf(InterruptedException.class);
    assertThat(writer.peerSleeps()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Waiting.class)
  void endsWhenTheBellSaysSo(Waiting how) throws InterruptedException {
    readersBell.over = true;
    assertThat(reader(how).drain(handler, 1, FOREVER)).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = Waiting.class,
      names = {"SPIN_THEN_BELL", "BELL"})
  void aMessageRingsForASleepingReaderOnce(Waiting how) throws InterruptedException {
    readersBell.perLook = 30_000;
    WaitingReader waiting = reader(how);
    WaitingWriter waitingWriter = writer(how);
    readersBell.script.add(
        () -> {
          send(waitingWriter);
          assertThat(writersBell.rings).isOne();
          send(waitingWriter);
          assertThat(writersBell.rings).isOne();
        });
    assertThat(waiting.drain(handler, 10, FOREVER)).isEqualTo(2);
    send(waitingWriter);
    assertThat(writersBell.rings).isOne();
    assertThat(waiting.drain(handler, 10, FOREVER)).isOne();

    // The next sleep is another one.
    readersBell.script.add(() -> send(waitingWriter));
    assertThat(waiting.drain(handler, 10, FOREVER)).isOne();
    assertThat(writersBell.rings).isEqualTo(2);
    assertThat(readersBell.rings).isZero();
  }

  private void send(WaitingWriter to) {
    try {
      assertThat(offer(to, 0)).isEqualTo(Answer.OK);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCommitRingsAndAClaimOrAnAbortDoesNot() throws InterruptedException {
    WaitingWriter waitingWriter = writer(Waiting.BELL);
    readersBell.script.add(
        () -> {
          try {
            assertThat(waitingWriter.claim(1, 24, 0)).isEqualTo(8);
            waitingWriter.abort();
            assertThat(waitingWriter.claim(1, 24, 0)).isEqualTo(8);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          assertThat(writersBell.rings).isZero();
          waitingWriter.commit();
          assertThat(writersBell.rings).isOne();
        });
    assertThat(reader(Waiting.BELL).drain(handler, 10, FOREVER)).isOne();
  }

  @Test
  void readingRingsForASleepingWriterOnce() throws InterruptedException {
    WaitingReader waiting = reader(Waiting.BELL);
    WaitingWriter waitingWriter = writer(Waiting.BELL);
    fill(writer);
    writersBell.script.add(
        () -> {
          drain(waiting, 3);
          assertThat(readersBell.rings).isOne();
          drain(waiting, 0);
          assertThat(readersBell.rings).isOne();
        });
    assertThat(offer(waitingWriter, FOREVER)).isEqualTo(Answer.OK);
    drain(waiting, 1);
    assertThat(readersBell.rings).isOne();
    assertThat(writersBell.rings).isZero();
  }

  @Test
  void readingRingsEvenIfTheHandlerFails() throws InterruptedException {
    WaitingReader waiting = reader(Waiting.BELL);
    fill(writer);
    writersBell.script.add(
        () ->
            assertThatThrownBy(() -> waiting.drain((_, _, _, _) -> Breach.valueOf("none"), 1, 0))
                .isInstanceOf(IllegalArgumentException.class));
    assertThat(offer(writer(Waiting.BELL), FOREVER)).isEqualTo(Answer.OK);
    assertThat(readersBell.rings).isOne();
  }

  private void drain(WaitingReader from, int expected) {
    try {
      assertThat(from.drain(handler, 10, 0)).isEqualTo(expected);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWriterWaitsForAReader() throws InterruptedException {
    reader.close();
    WaitingWriter waitingWriter = writer(Waiting.BELL);
    assertThat(offer(waitingWriter, SECOND)).isEqualTo(Answer.NOT_CONNECTED);

    writersBell.script.add(
        () -> {
          WaitingReader _ = new WaitingReader(SpscRing.reader(memory), Waiting.BELL, readersBell);
          assertThat(readersBell.rings).isOne();
        });
    assertThat(offer(waitingWriter, FOREVER)).isEqualTo(Answer.OK);
  }

  @Test
  void aNewReaderIsRungForItsFirstSleepAsItsPredecessorWas() throws InterruptedException {
    WaitingWriter waitingWriter = writer(Waiting.BELL);
    readersBell.script.add(() -> send(waitingWriter));
    assertThat(reader(Waiting.BELL).drain(handler, 1, FOREVER)).isOne();
    assertThat(writersBell.rings).isOne();

    WaitingReader second = new WaitingReader(SpscRing.reader(memory), Waiting.BELL, readersBell);
    readersBell.script.add(
        () -> {
          try {
            assertThat(offer(waitingWriter, 0)).isEqualTo(Answer.PEER_RESTARTED);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          send(waitingWriter);
          assertThat(writersBell.rings).isGreaterThan(1);
        });
    assertThat(second.drain(handler, 1, FOREVER)).isOne();
  }

  @Test
  void aNewWriterWakesASleepingReader() throws InterruptedException {
    WaitingReader waiting = reader(Waiting.BELL);
    assertThat(offer(writer(Waiting.BELL), 0)).isEqualTo(Answer.OK);
    drain(waiting, 1);
    readersBell.script.add(
        () -> {
          WaitingWriter _ =
              new WaitingWriter(SpscRing.writer(memory, CAPACITY), Waiting.BELL, writersBell);
          assertThat(writersBell.rings).isOne();
        });
    assertThat(waiting.drain(handler, 1, FOREVER)).isEqualTo(Answer.PEER_RESTARTED);
  }

  @Test
  void whoLeavesWakesTheOther() throws InterruptedException {
    WaitingReader waiting = reader(Waiting.BELL);
    WaitingWriter waitingWriter = writer(Waiting.BELL);
    send(waitingWriter);
    drain(waiting, 1);
    readersBell.script.add(waitingWriter::close);
    assertThat(waiting.drain(handler, 1, FOREVER)).isEqualTo(Answer.PEER_GONE);
    assertThat(writersBell.rings).isOne();

    SpscWriter second = SpscRing.writer(memory, CAPACITY);
    WaitingWriter another = new WaitingWriter(second, Waiting.BELL, writersBell);
    assertThat(waiting.drain(handler, 1, 0)).isEqualTo(Answer.PEER_RESTARTED);
    drain(waiting, 0);
    fill(second);
    writersBell.script.add(waiting::close);
    assertThat(offer(another, FOREVER)).isEqualTo(Answer.PEER_GONE);
    assertThat(readersBell.rings).isOne();
  }

  @Test
  void neverRingsForWhoOnlyLooks() throws InterruptedException {
    assertThat(reader.sleep()).isTrue();
    send(writer(Waiting.SPIN));
    assertThat(writersBell.rings).isZero();
  }

  @Test
  void doesNotFallAsleepOverWhatIsThere() {
    RingFixture.connect(writer, reader);
    assertThat(reader.sleep()).isTrue();
    assertThat(writer.peerSleeps()).isTrue();
    assertThat(writer.peerSleeps()).isFalse();
    reader.wake();
    assertThat(writer.sleep(24)).isFalse();
    assertThat(reader.peerSleeps()).isFalse();
    fill(writer);
    assertThat(reader.sleep()).isFalse();
    assertThat(writer.peerSleeps()).isFalse();
    assertThat(writer.sleep(24)).isTrue();
    writer.wake();
    assertThat(writer.sleep(17)).isTrue();
    writer.wake();
    assertThat(writer.sleep(16)).isFalse();
    assertThat(RingFixture.offer(writer, 1, 16)).isEqualTo(Answer.OK);
  }

  /** A bell that keeps rings that come while nobody waits, several as one. */
  private static final class SemaphoreBell implements Bell {
    private final Semaphore own;
    private final Semaphore others;
    int waits;
    int rings;

    SemaphoreBell(Semaphore own, Semaphore others) {
      this.own = own;
      this.others = others;
    }

    @Override
    public void ring() {
      rings++;
      others.release();
    }

    @Override
    public void await(long nanos) throws InterruptedException {
      waits++;
      if (own.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
        own.drainPermits();
      }
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }
  }

  /** A lost wake-up would leave one of the two asleep for ever, and the other with it. */
  @ParameterizedTest
  @EnumSource(Waiting.class)
  void neitherSideSleepsForEver(Waiting how) throws Exception {
    int messages = 100_000;
    Semaphore readers = new Semaphore(0);
    Semaphore writers = new Semaphore(0);
    SemaphoreBell ofReader = new SemaphoreBell(readers, writers);
    SemaphoreBell ofWriter = new SemaphoreBell(writers, readers);
    CompletableFuture<Integer> written =
        start(
            () -> {
              WaitingWriter to = new WaitingWriter(writer, how, ofWriter);
              MemorySegment number = MemorySegment.ofArray(new long[1]);
              for (int i = 0; i < messages; i++) {
                number.set(ValueLayout.JAVA_LONG, 0, i);
                if (i % 2 == 0) {
                  assertThat(to.offer(1, number, 0, 8, FOREVER)).isEqualTo(Answer.OK);
                } else {
                  int at = to.claim(1, 8, FOREVER);
                  assertThat(at).isPositive();
                  writer.data().set(ValueLayout.JAVA_LONG, at, i);
                  to.commit();
                }
              }
              return messages;
            });
    CompletableFuture<Integer> done =
        start(
            () -> {
              WaitingReader from = new WaitingReader(reader, how, ofReader);
              int[] next = {0};
              while (next[0] < messages) {
                int count =
                    from.drain(
                        (_, data, at, _) ->
                            assertThat(data.get(ValueLayout.JAVA_LONG, at)).isEqualTo(next[0]++),
                        1 + next[0] % 3,
                        FOREVER);
                assertThat(count).isPositive();
              }
              return next[0];
            });
    CompletableFuture.anyOf(written.thenCombine(done, Integer::sum), failed(written), failed(done))
        .get();
    if (how == Waiting.BELL) {
      assertThat(ofReader.waits).isPositive();
      assertThat(ofWriter.waits).isPositive();
      assertThat(ofReader.rings).isLessThanOrEqualTo(sleeps(SpscRing.READER_PART_SIZE));
      assertThat(ofWriter.rings).isLessThanOrEqualTo(sleeps(0));
    }
  }

  /** Returns how often the side with that part has said that it sleeps, even if it then did not. */
  private int sleeps(long part) {
    return ((int) Words.INT.getVolatile(memory, part + Part.SLEEP_AT) + 1) / 2;
  }

  /** Ends only if the other one fails. */
  private static CompletableFuture<Integer> failed(CompletableFuture<Integer> work) {
    CompletableFuture<Integer> failure = new CompletableFuture<>();
    var _ =
        work.whenComplete(
            (_, thrown) -> {
              if (thrown != null) {
                failure.completeExceptionally(thrown);
              }
            });
    return failure;
  }

  private static CompletableFuture<Integer> start(Callable<Integer> work) {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                end.complete(work.call());
              } catch (Exception | AssertionError e) {
                end.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return end;
  }
}
