// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.wire.Names;
import tombolo.bridge.wire.Status;
import tombolo.ring.Answer;
import tombolo.ring.SpscReader;
import tombolo.ring.SpscWriter;

/**
 * A ring that continues in another ring, over a link that loses and repeats frames, between sides
 * that restart at any moment, as a seed says.
 */
final class BridgeModel {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final String CHANNEL = "greetings";
  private static final int CAPACITY = 4096;

  private final Random random;

  private long now = 1_000_000_000;
  private MemoryRing here = new MemoryRing(CAPACITY);
  private MemoryRing there = new MemoryRing(CAPACITY);
  private final FrameQueue frames;
  private final FrameQueue statuses = new FrameQueue(1000, 8);
  Outbound outbound;
  Inbound inbound;
  private MemoryRing.Sink sink;
  private SpscWriter writer;
  private @Nullable SpscReader reader;

  /** What a person would be told. */
  final List<String> lines = new ArrayList<>();

  private long session = 1;
  private long sent;
  private long readSession;
  private long read;
  long delivered;
  long sessions;

  BridgeModel(long seed) {
    random = new Random(seed);
    frames = new FrameQueue(1000, 32);
    writer = here.writer();
    startOutbound();
    startInbound();
  }

  private void startOutbound() {
    outbound = new Outbound(new Names("east", CHANNEL), List.of("west"), here.source(), frames, 0);
  }

  private void startInbound() {
    sink = there.sink();
    inbound =
        new Inbound(
            new Names("west", CHANNEL),
            "east",
            false,
            sink,
            random::nextLong,
            CAPACITY / 8,
            lines::add);
  }

  void randomStep() {
    now += random.nextInt(2_000_000);
    int what = random.nextInt(1000);
    switch (what) {
      case 0 -> restartWriter();
      case 1 -> restartReader(random.nextBoolean());
      case 2 -> {
        if (random.nextInt(4) == 0) {
          here = new MemoryRing(CAPACITY); // the process with the ring has died
          frames.loseFrom(0);
          restartWriterIn(here);
          startOutbound();
        }
      }
      case 3 -> {
        if (random.nextInt(4) == 0) {
          there = new MemoryRing(CAPACITY);
          statuses.loseFrom(0);
          reader = null;
          startInbound();
        }
      }
      case 4, 5, 6 -> frames.loseFrom(random.nextInt(frames.size() + 1));
      case 7 -> statuses.loseFrom(random.nextInt(statuses.size() + 1));
      case 8, 9 -> replay();
      default -> {
        switch (what % 5) {
          case 0 -> send();
          case 1 -> outbound.step(now);
          case 2 -> deliver();
          case 3 -> receive();
          default -> talk();
        }
      }
    }
  }

  private void replay() {
    if (!frames.history.isEmpty()) {
      frames.inject(frames.history.get(random.nextInt(frames.history.size())));
    }
  }

  private void restartWriter() {
    restartWriterIn(here);
  }

  private void restartWriterIn(MemoryRing ring) {
    writer = ring.writer();
    session++;
    sent = 0;
  }

  private void restartReader(boolean comesBack) {
    if (reader != null) {
      reader.close();
    }
    sink.hasReader = comesBack;
    reader = comesBack ? there.reader() : null;
    readSession = 0;
  }

  private void send() {
    for (int i = random.nextInt(8); i > 0; i--) {
      int length = 16 + (random.nextInt(20) == 0 ? random.nextInt(2000) : random.nextInt(64));
      MemorySegment message = MemorySegment.ofArray(new byte[length]);
      message.fill((byte) (sent * 31 + length));
      message.set(LONG, 0, session);
      message.set(LONG, 8, sent);
      int answer = writer.offer(1 + length, message, 0, length);
      if (answer == Answer.PEER_GONE || answer == Answer.PEER_RESTARTED) {
        session++;
        sent = 0;
      } else if (answer == Answer.OK) {
        sent++;
      } else {
        assertThat(answer).isIn(Answer.BACK_PRESSURED, Answer.NOT_CONNECTED);
        return;
      }
    }
  }

  private void deliver() {
    frames.deliver(
        1 + random.nextInt(6), frame -> inbound.onFrame(frame, 0, frame.capacity(), now));
  }

  private void talk() {
    inbound.look();
    Status status = inbound.status(now, random.nextBoolean());
    if (status != null && statuses.tryClaim(status.size())) {
      status.write(statuses.buffer(), statuses.at());
      statuses.commit();
      inbound.said(now);
    }
    statuses.deliver(
        random.nextInt(4),
        frame -> {
          outbound.onStatus(Status.read(frame, 0, frame.capacity()).orElseThrow(), now);
          return true;
        });
  }

  private void receive() {
    if (reader == null) {
      if (random.nextInt(20) == 0) {
        restartReader(true);
      }
      return;
    }
    int answer = reader.drain(this::check, 1 + random.nextInt(10));
    if (answer < 0) {
      assertThat(answer).isIn(Answer.PEER_GONE, Answer.PEER_RESTARTED);
      readSession = 0;
    }
  }

  private void check(int type, MemorySegment data, int at, int length) {
    assertThat(type).isEqualTo(1 + length);
    MemorySegment message = data.asSlice(at, length);
    long of = message.get(LONG, 0);
    long number = message.get(LONG, 8);
    if (readSession == 0) {
      assertThat(number).as("first message of session " + of).isZero();
      readSession = of;
      read = 0;
      sessions++;
    }
    assertThat(of).isEqualTo(readSession);
    assertThat(number).isEqualTo(read);
    MemorySegment expected = MemorySegment.ofArray(new byte[length]);
    expected.fill((byte) (number * 31 + length));
    assertThat(message.asSlice(16).mismatch(expected.asSlice(16))).isEqualTo(-1L);
    read++;
    delivered++;
  }

  /** Returns the time in the model. */
  long now() {
    return now;
  }

  /** Adds frames that were sent to a list that stays short. */
  void sample(List<UnsafeBuffer> corpus) {
    for (FrameQueue queue : List.of(frames, statuses)) {
      if (!queue.history.isEmpty()) {
        corpus.add(queue.history.getLast());
      }
    }
    while (corpus.size() > 64) {
      corpus.removeFirst();
    }
  }

  /** Lets everything run without faults until all that was sent has arrived. */
  void settle() {
    if (reader == null) {
      restartReader(true);
    }
    sink.hasReader = true;
    for (int i = 0; i < 20_000; i++) {
      now += 1_000_000;
      outbound.step(now);
      deliver();
      receive();
      talk();
      if (i % 1000 == 0) {
        send();
      }
    }
    assertThat(readSession).isEqualTo(session);
    assertThat(read).isEqualTo(sent).isPositive();
    assertThat(frames.size()).isZero();
  }
}
