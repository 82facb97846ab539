// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.stream.BridgeCounters.Kind;
import tombolo.bridge.wire.Batch;
import tombolo.bridge.wire.Frame;
import tombolo.bridge.wire.Hello;
import tombolo.bridge.wire.Names;
import tombolo.bridge.wire.Part;
import tombolo.bridge.wire.Status;
import tombolo.ring.Answer;

/**
 * The receiving side of a bridge: continues a ring of another host in a ring here. Belongs to the
 * bridge's worker.
 *
 * <p>It delivers each message of a stream once and in order, or not at all: a message that is not
 * the expected one is dropped, as a duplicate or because of a gap, for which the sender then goes
 * back. A frame that does not fit into the ring stays with Aeron, which holds the sender back.
 *
 * <p><b>A life</b> of this side lasts as long as its readers do. When they go or restart, it takes
 * another number, and nothing of a stream that was for the old one is delivered any more. A stream
 * of another number begins another life of the ring's writer, so its readers read what has come and
 * then learn that the writer has restarted.
 */
public final class Inbound {
  /** Longest time between two statuses, in nanoseconds. */
  private static final long STATUS_NANOS = 100_000_000;

  /** Shortest time between two statuses of the same news, in nanoseconds. */
  private static final long NEWS_NANOS = 100_000;

  /** How long the sender may say nothing before it is called silent. */
  private static final long SILENCE_NANOS = 3_000_000_000L;

  private static final String NOT_PUBLISHED = "not published";

  private final Names names;
  private final String from;
  private final long channel;
  private final long own;
  private final RingSink sink;
  private final LongSupplier lives;
  private final long room;
  private final Consumer<String> say;
  private final boolean lossy;
  private final BridgeCounters counters = new BridgeCounters();

  private long life;
  private boolean reader;

  // The stream: its number stays when it ends, so that no earlier one can begin.
  private long stream;
  private boolean following;

  /**
   * Whether nothing has begun in this life: it may join a stream that the last one has followed.
   */
  private boolean isNewLife = true;

  private long expected;
  private int round;
  private boolean resend;

  /** Bytes of the expected message that have come as parts, of a claimed message; or -1. */
  private int partCame = -1;

  private int partTotal;

  private long echo;
  private long echoAt;
  private boolean leaving;
  private boolean isThere;
  private long publication;
  private long heardAt;
  private volatile String state = NOT_PUBLISHED;

  // What a person was told: the sender must not be able to fill the screen.
  private boolean toldVersion;
  private boolean toldLength;

  // What was said last.
  private boolean statusDue;
  private long statusAt;
  private long told;
  private long bytes;

  /**
   * @param names of this host and of the channel
   * @param from the sender's host
   * @param lossy whether the sender need not wait for this side, which then misses messages
   * @param lives returns numbers that nobody can foresee, for lives
   * @param room bytes after whose delivery the sender is told at once: a part of its ring
   * @param say takes a line about something that a person has to mend; the same trouble once
   */
  public Inbound(
      Names names,
      String from,
      boolean lossy,
      RingSink sink,
      LongSupplier lives,
      long room,
      Consumer<String> say) {
    this.names = names;
    this.from = from;
    this.channel = Frame.hash(names.channel());
    this.own = Frame.hash(names.host());
    this.lossy = lossy;
    this.sink = sink;
    this.lives = lives;
    this.room = room;
    this.say = say;
    this.life = newLife();
  }

  /** Returns what it has done. Any thread may read. */
  public BridgeCounters counters() {
    return counters;
  }

  /** Returns what it does, in a few words. Any thread. */
  public String state() {
    return state;
  }

  private long newLife() {
    long number;
    do {
      number = lives.getAsLong();
    } while (number == 0);
    return number;
  }

  /**
   * Takes a frame of the sender's.
   *
   * @return false if there is no room for it now, so that it has to come again; what was delivered
   *     of it is skipped then
   */
  public boolean onFrame(DirectBuffer buffer, int at, int length, long now) {
    int kind = Frame.kindOf(buffer, at, length);
    if (kind == Frame.OTHER_VERSION && !toldVersion) {
      toldVersion = true;
      tell(
          "%s sends frames of another version: run the same Tombolo on both hosts".formatted(from));
    }
    if (kind <= Frame.NONE || kind == Frame.STATUS || Frame.channel(buffer, at) != channel) {
      return refuse();
    }
    return switch (kind) {
      case Frame.HELLO -> onHello(Hello.read(buffer, at, length), now);
      case Frame.BATCH -> {
        int count = Batch.check(buffer, at, length);
        yield count < 0 ? refuse() : !isExpected(buffer, at, count) || onBatch(buffer, at, count);
      }
      default ->
          Part.check(buffer, at, length)
              ? !isExpected(buffer, at, 1) || onPart(buffer, at, length)
              : refuse();
    };
  }

  private boolean refuse() {
    counters.count(Kind.REFUSED);
    return true;
  }

  private boolean onHello(Optional<Hello> read, long now) {
    Hello hello = read.orElse(null);
    if (hello == null || !hello.names().host().equals(from)) {
      return refuse();
    }
    if (hello.to() != own) {
      return true; // for another receiver of the same stream
    }
    heardAt = now;
    if (leaving) {
      return true;
    }
    if (Frame.isLater(hello.publication(), publication)) {
      publication = hello.publication();
      dropPart();
      sink.disappear();
      readersHaveGone();
    } else if (hello.publication() != publication) {
      return refuse();
    }
    isThere = hello.isThere();
    if (isThere) {
      sink.appear();
    }
    if (hello.life() != life) {
      statusDue |= hello.life() != 0 || reader; // it does not know of this life yet
      return true;
    }
    echo = hello.sentAt();
    echoAt = now;
    if (hello.stream() == 0) {
      endStream();
    } else if (Frame.isLater(hello.stream(), stream) || (isNewLife && hello.stream() == stream)) {
      beginStream(hello);
    } else if (hello.stream() != stream || !following) {
      return refuse();
    } else {
      catchUp(hello);
    }
    return true;
  }

  private void beginStream(Hello hello) {
    dropPart();
    stream = hello.stream();
    following = true;
    isNewLife = false;
    expected = hello.start();
    told = expected;
    round = hello.round();
    resend = false;
    sink.begin();
    statusDue = true;
    counters.count(Kind.STREAMS);
    catchUp(hello);
  }

  private void endStream() {
    if (following) {
      dropPart();
      following = false;
      sink.leave();
    }
  }

  /** Compares what has arrived with what was sent before this hello, which came in order. */
  private void catchUp(Hello hello) {
    if (hello.next() <= expected) {
      return;
    }
    if (!lossy && hello.oldest() > expected) {
      // The sender does not have it any more although this side never said that it has it.
      dropPart();
      lose(hello.oldest());
      sink.begin();
    }
    gap(hello.next(), hello.round());
  }

  private void gap(long to, int inRound) {
    dropPart();
    if (lossy) {
      lose(to);
    } else if (to > expected && (!resend || inRound != round)) {
      resend = true;
      round = inRound;
      statusDue = true;
      counters.count(Kind.GAPS);
    }
  }

  private void lose(long to) {
    counters.add(Kind.LOST, to - expected);
    expected = to;
  }

  /**
   * Returns whether a frame is of the present stream and begins with the expected message or an
   * earlier one. Notes a gap otherwise.
   */
  private boolean isExpected(DirectBuffer buffer, int at, int count) {
    if (!following || Frame.stream(buffer, at) != stream) {
      return false; // of a stream that this side does not follow any more, or not yet
    }
    long first = Frame.sequence(buffer, at);
    if (first > expected) {
      gap(first, Batch.round(buffer, at)); // a part has it at the same place
      if (!lossy) {
        return false;
      }
    }
    if (expected - first >= count) {
      counters.add(Kind.DUPLICATES, count);
      return false;
    }
    return true;
  }

  private boolean onBatch(DirectBuffer buffer, int at, int count) {
    dropPart();
    long sequence = Frame.sequence(buffer, at);
    int record = at + Batch.RECORDS_AT;
    for (int i = 0; i < count; i++) {
      int length = Batch.length(buffer, record);
      if (sequence + i < expected) {
        counters.count(Kind.DUPLICATES);
      } else {
        int type = Batch.type(buffer, record);
        if (isTooLong(length)) {
          return true;
        }
        int answer = sink.offer(type, buffer, record + Batch.RECORD_HEADER, length);
        if (answer == Answer.OK) {
          delivered(length);
        } else if (lossy && isWait(answer)) {
          lose(expected + 1);
        } else {
          sink.flush();
          return isOver(answer);
        }
      }
      record += Batch.recordSize(length);
    }
    sink.flush();
    return true;
  }

  private boolean onPart(DirectBuffer buffer, int at, int length) {
    int offset = Part.offset(buffer, at);
    int total = Part.total(buffer, at);
    int size = length - Part.BYTES_AT;
    if (offset == 0) {
      dropPart();
      if (isTooLong(total)) {
        return true;
      }
      int answer = sink.claim(Part.type(buffer, at), total);
      if (lossy && isWait(answer)) {
        lose(expected + 1);
        return true;
      }
      if (answer < 0) {
        return isOver(answer);
      }
      partCame = 0;
      partTotal = total;
    } else if (offset != partCame || total != partTotal) {
      gap(expected + 1, Part.round(buffer, at));
      return true;
    }
    sink.put(offset, buffer, at + Part.BYTES_AT, size);
    partCame += size;
    if (partCame == total) {
      partCame = -1;
      sink.commit();
      sink.flush();
      delivered(total);
    }
    return true;
  }

  private void dropPart() {
    if (partCame >= 0) {
      partCame = -1;
      sink.abort();
    }
  }

  private void delivered(int length) {
    expected++;
    bytes += length;
    resend = false;
    counters.count(Kind.MESSAGES);
    counters.add(Kind.BYTES, length);
  }

  /** Handles a message that can never be delivered: readers learn that something is missing. */
  private boolean isTooLong(int length) {
    if (length <= sink.maxMessageLength()) {
      return false;
    }
    if (!toldLength) {
      toldLength = true;
      tell(
          "a message of %d bytes from %s is longer than the ring takes, %d: make size larger"
              .formatted(length, from, sink.maxMessageLength()));
    }
    lose(expected + 1);
    sink.begin();
    statusDue = true;
    return true;
  }

  private void tell(String what) {
    say.accept("channel.%s: %s".formatted(names.channel(), what));
  }

  /** Handles an answer of the ring's other than OK; returns whether the frame is done with. */
  private boolean isOver(int answer) {
    if (isWait(answer)) {
      counters.count(Kind.BACK_PRESSURED);
      return false;
    }
    readersHaveGone();
    return true;
  }

  /** Returns whether an answer says that there may be room later. */
  private static boolean isWait(int answer) {
    return answer == Answer.BACK_PRESSURED || answer == Answer.NOT_CONNECTED;
  }

  private void readersHaveGone() {
    dropPart();
    if (following) {
      following = false;
      sink.leave();
    }
    life = newLife();
    isNewLife = true;
    reader = sink.hasReader() && !leaving;
    echo = 0;
    statusDue = true;
  }

  /**
   * Looks after the readers. Called when there is nothing else to do, and before each heartbeat.
   */
  public void look() {
    if (following && partCame < 0) {
      int answer = sink.look();
      if (answer != Answer.OK && !isWait(answer)) {
        readersHaveGone();
      }
    }
    boolean now = sink.hasReader() && !leaving;
    if (reader && !now) {
      readersHaveGone();
    } else if (now != reader) {
      reader = now;
      statusDue = true;
    }
  }

  /**
   * Returns what the sender has to be told now, or null.
   *
   * @param idle whether nothing else came in this step
   */
  public @Nullable Status status(long now, boolean idle) {
    boolean news = expected != told && (bytes >= room || (idle && now - statusAt >= NEWS_NANOS));
    if (!statusDue && !news && now - statusAt < STATUS_NANOS) {
      return null;
    }
    return new Status(
        names,
        stream,
        expected,
        life,
        echo,
        echo == 0 ? 0 : now - echoAt,
        counters.get(Kind.LOST),
        publication,
        round,
        reader,
        resend,
        lossy,
        leaving);
  }

  /** Notes that the last status was sent. */
  public void said(long now) {
    state =
        !isThere
            ? NOT_PUBLISHED
            : now - heardAt > SILENCE_NANOS
                ? from + " silent"
                : following ? "connected" : reader ? "not connected" : "no reader";
    statusDue = false;
    statusAt = now;
    told = expected;
    bytes = 0;
  }

  /** Leaves the ring and says good-bye with the next status. */
  public void leave() {
    leaving = true;
    endStream();
    sink.disappear();
    reader = false;
    statusDue = true;
  }
}
