// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge.stream;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.stream.BridgeCounters.Kind;
import tombolo.bridge.wire.Batch;
import tombolo.bridge.wire.Frame;
import tombolo.bridge.wire.Hello;
import tombolo.bridge.wire.Names;
import tombolo.bridge.wire.Part;
import tombolo.bridge.wire.Status;
import tombolo.ring.Answer;
import tombolo.ring.MessageHandler;

/**
 * The sending side of a bridge: continues a ring here in a ring of each receiver's host. Belongs to
 * the bridge's worker.
 *
 * <p><b>The ring is the buffer.</b> A message stays in the ring until all receivers that are waited
 * for have said that they have it. So a slow receiver, or a network that is down, holds the ring's
 * writer back as a slow reader does, and a message that did not arrive is read once more and sent
 * again.
 *
 * <p><b>A stream</b> is what one life of the ring's writer sends. Its messages are numbered from 0.
 * With one receiver the bridge mirrors it: there is a reader in the ring only while somebody reads
 * there, and when that reader restarts, so does this one, and the writer learns of it. With
 * several, each gets what comes after it has joined, as from a broadcast ring.
 *
 * <p><b>Going back.</b> Frames of one stream arrive in order, but where Aeron loses its own stream
 * (a partition, another driver) some never do. A receiver that sees a gap asks; the sender
 * continues from the oldest message that is missing, in a new <i>round</i>, so that it goes back
 * once for a gap and not once for each time that it is told.
 */
public final class Outbound {
  /** The most messages that were read from the ring and not sent. */
  private static final int PENDING = 128;

  /** Frames sent in one step, so that other bridges have their turn. */
  private static final int FRAMES_A_STEP = 64;

  /** Longest time between two hellos, in nanoseconds. */
  private static final long HELLO_NANOS = 100_000_000;

  /** How long a receiver may say nothing before it is called silent. */
  private static final long SILENCE_NANOS = 3_000_000_000L;

  private static final String NOT_PUBLISHED = "not published";

  private final Names names;
  private final long channel;
  private final List<Receiver> receivers;
  private final RingSource source;
  private final Outlet outlet;
  private final BridgeCounters counters = new BridgeCounters();

  /** Made once: a step of an idle bridge allocates nothing. */
  private final MessageHandler collector = this::collect;

  // The stream.
  private long stream;
  private boolean active;
  private int round;

  /** The oldest message in the ring; the one to be sent next; the first that was never sent. */
  private long oldest;

  private long next;
  private long unsent;

  // Messages read from the ring and not sent: places in the ring's data area.
  private final int[] types = new int[PENDING];
  private final int[] lengths = new int[PENDING];
  private final int[] places = new int[PENDING];
  private int head;
  private int tail;
  private long skip;

  /** The ring's data area; another one in each stream, and null before the first message. */
  private @Nullable ByteBuffer data;

  /** Bytes of the message at the head that were sent as parts. */
  private int partSent;

  private boolean leaving;

  /** Whether the channel is there, as receivers are told, and the number of this state. */
  private boolean isThere;

  private long publication;

  private long helloAt;
  private volatile String state = NOT_PUBLISHED;

  /**
   * @param names of this host and of the channel
   * @param receivers names of the hosts that it goes to
   * @param firstStream streams and publications are numbered from there: a number that grows from
   *     one start of this side to the next, such as the date
   */
  public Outbound(
      Names names, List<String> receivers, RingSource source, Outlet outlet, long firstStream) {
    this.names = names;
    this.channel = Frame.hash(names.channel());
    this.receivers = receivers.stream().map(Receiver::new).toList();
    this.source = source;
    this.outlet = outlet;
    this.stream = firstStream;
    this.publication = Frame.next(firstStream);
  }

  /** Returns what it has done. Any thread may read. */
  public BridgeCounters counters() {
    return counters;
  }

  /** Returns what it does, in a few words. Any thread. */
  public String state() {
    return state;
  }

  /** Returns whether messages wait for room in the outlet, so that the ring has no news. */
  public boolean isBlocked() {
    return head != tail;
  }

  /**
   * Does what there is to do.
   *
   * @param now nanoseconds of a monotonic clock
   * @return a measure of the work done; 0 if there was none
   */
  public int step(long now) {
    int work = 0;
    boolean there = source.isThere();
    if (there != isThere) {
      publish(there);
    }
    if (!there || !isWanted()) {
      endStream();
      source.close();
    } else {
      if (!source.isOpen()) {
        source.open();
      }
      work += read();
    }
    work += greet(now);
    work += send();
    return work;
  }

  private boolean isWanted() {
    for (Receiver receiver : receivers) {
      if (receiver.life != 0) {
        return !leaving;
      }
    }
    return false;
  }

  /**
   * Notes that the channel has come or gone. All readers have to come anew: what a receiver says
   * before it has heard of this is of the past.
   */
  private void publish(boolean there) {
    isThere = there;
    publication = Frame.next(publication);
    for (Receiver receiver : receivers) {
      receiver.life = 0;
      receiver.joined = false;
      receiver.helloDue = true;
    }
  }

  // Reading.

  private int read() {
    if (head != tail) {
      return 0;
    }
    head = 0;
    tail = 0;
    if (!active) {
      data = null;
    }
    int answer = source.drain(collector, PENDING);
    switch (answer) {
      case Answer.PEER_RESTARTED, Answer.PEER_GONE, Answer.CUT_OFF, Answer.PEER_BROKEN -> {
        head = 0;
        tail = 0;
        endStream();
        if (answer == Answer.PEER_GONE && !source.isOpen()) {
          publish(false); // the publisher has, too, not only its ring; it may be back already
        } else if (source.isConnected()) {
          beginStream();
        }
      }
      default -> {
        if (!active && source.isConnected()) {
          beginStream();
        }
      }
    }
    return tail;
  }

  private void collect(int type, MemorySegment ring, int at, int length) {
    if (skip > 0) {
      skip--;
      return;
    }
    if (data == null) {
      data = ring.asByteBuffer();
    }
    types[tail] = type;
    lengths[tail] = length;
    places[tail] = at;
    tail++;
  }

  private void beginStream() {
    for (Receiver receiver : receivers) {
      stream = Frame.isLater(receiver.followed, stream) ? receiver.followed : stream;
    }
    stream = Frame.next(stream);
    active = true;
    round = 0;
    oldest = 0;
    next = 0;
    unsent = 0;
    skip = 0;
    partSent = 0;
    for (Receiver receiver : receivers) {
      receiver.joined = false;
      if (receiver.life != 0) {
        receiver.join(0);
      }
    }
    counters.count(Kind.STREAMS);
  }

  private void endStream() {
    if (!active) {
      return;
    }
    active = false;
    head = 0;
    tail = 0;
    data = null;
    for (Receiver receiver : receivers) {
      receiver.helloDue |= receiver.joined;
      receiver.joined = false;
    }
  }

  // Sending.

  private int send() {
    int frames = 0;
    while (head != tail && frames < FRAMES_A_STEP) {
      boolean sent =
          Batch.RECORDS_AT + Batch.recordSize(lengths[head]) > outlet.maxFrame()
              ? sendPart()
              : sendBatch();
      if (!sent) {
        counters.count(Kind.BACK_PRESSURED);
        break;
      }
      frames++;
    }
    if (frames != 0) {
      release();
    }
    return frames;
  }

  private boolean sendBatch() {
    int room = outlet.maxFrame();
    int bytes = Batch.RECORDS_AT;
    int end = head;
    while (end != tail && bytes + Batch.recordSize(lengths[end]) <= room) {
      bytes += Batch.recordSize(lengths[end++]);
    }
    if (!outlet.tryClaim(bytes)) {
      return false;
    }
    MutableDirectBuffer frame = outlet.buffer();
    int begin = outlet.at();
    int count = end - head;
    Batch.write(frame, begin, channel, stream, next, count, round);
    int at = begin + Batch.RECORDS_AT;
    long payload = 0;
    for (int i = head; i < end; i++) {
      int length = lengths[i];
      Batch.writeRecord(frame, at, types[i], length);
      frame.putBytes(at + Batch.RECORD_HEADER, data, places[i], length);
      at += Batch.recordSize(length);
      payload += length;
    }
    outlet.commit();
    head = end;
    sent(count, payload);
    return true;
  }

  private boolean sendPart() {
    int total = lengths[head];
    int bytes = Math.min(total - partSent, outlet.maxFrame() - Part.BYTES_AT);
    if (!outlet.tryClaim(Part.BYTES_AT + bytes)) {
      return false;
    }
    MutableDirectBuffer frame = outlet.buffer();
    int at = outlet.at();
    Part.write(frame, at, channel, stream, next, round, types[head], total, partSent);
    frame.putBytes(at + Part.BYTES_AT, data, places[head] + partSent, bytes);
    outlet.commit();
    partSent += bytes;
    if (partSent == total) {
      partSent = 0;
      head++;
      sent(1, total);
    }
    return true;
  }

  private void sent(int count, long bytes) {
    next += count;
    if (next > unsent) {
      counters.add(Kind.MESSAGES, count);
      counters.add(Kind.BYTES, bytes);
      unsent = next;
    } else {
      counters.add(Kind.RESENT, count);
    }
  }

  /** Gives the room of messages back that all receivers that are waited for have. */
  private void release() {
    if (!active) {
      return;
    }
    long everywhere = next;
    for (Receiver receiver : receivers) {
      if (receiver.joined && !receiver.lossy) {
        everywhere = Math.min(everywhere, receiver.arrived);
      }
    }
    if (everywhere > oldest) {
      oldest += source.release(everywhere - oldest);
    }
  }

  private void goBack(long to) {
    source.rewind();
    head = 0;
    tail = 0;
    partSent = 0;
    skip = to - oldest;
    next = to;
    round++;
    counters.count(Kind.GAPS);
  }

  // Talking with receivers.

  private int greet(long now) {
    boolean all = now - helloAt >= HELLO_NANOS;
    int count = 0;
    boolean done = true;
    for (Receiver receiver : receivers) {
      if (all || receiver.helloDue) {
        boolean sent = sayHello(receiver, now);
        receiver.helloDue = !sent && receiver.helloDue;
        done &= sent;
        count += sent ? 1 : 0;
      }
    }
    if (all && done) {
      helloAt = now;
    }
    if (all) {
      state = describe(now);
    }
    return count;
  }

  private String describe(long now) {
    if (!isThere) {
      return NOT_PUBLISHED;
    }
    int reading = 0;
    for (Receiver receiver : receivers) {
      if (receiver.life != 0) {
        if (now - receiver.heardAt > SILENCE_NANOS) {
          return receiver.host + " silent";
        }
        reading++;
      }
    }
    if (reading == 0) {
      return "no reader";
    }
    return receivers.size() == 1 ? "connected" : "%d of %d".formatted(reading, receivers.size());
  }

  private boolean sayHello(Receiver receiver, long now) {
    boolean here = active && receiver.joined;
    Hello hello =
        new Hello(
            names,
            here ? stream : 0,
            here ? next : 0,
            here ? oldest : 0,
            here ? receiver.start : 0,
            receiver.hash,
            receiver.life,
            now,
            publication,
            round,
            isThere);
    if (!outlet.tryClaim(hello.size())) {
      return false;
    }
    hello.write(outlet.buffer(), outlet.at());
    outlet.commit();
    return true;
  }

  /**
   * Takes note of a status.
   *
   * @return false if it is refused: it is nobody's here, or says what cannot be
   */
  public boolean onStatus(Status status, long now) {
    Receiver receiver = find(status.names());
    if (receiver == null || status.life() == receiver.formerLife) {
      counters.count(Kind.REFUSED);
      return false;
    }
    receiver.heardAt = now;
    receiver.followed = status.stream();
    if (status.echo() != 0 && now - status.echo() >= status.held()) {
      counters.set(Kind.ROUND_TRIP, now - status.echo() - status.held());
    }
    if (Frame.isLater(status.publication(), publication)) {
      publication = status.publication(); // of an earlier start of this side
      endStream();
      publish(isThere);
      return true;
    }
    if (status.leaving()) {
      leave(receiver);
      return true;
    }
    if (status.publication() != publication) {
      return true;
    }
    if (!status.reader()) {
      leave(receiver);
      return true;
    }
    if (status.life() != receiver.life) {
      receiver.formerLife = receiver.life;
      receiver.life = status.life();
      receiver.lossy = status.lossy();
      join(receiver);
      return true;
    }
    if (active && Frame.isLater(receiver.followed, stream)) {
      restart();
      return true;
    }
    if (!active || !receiver.joined || status.stream() != stream) {
      return true; // it has not heard of this stream yet
    }
    if (status.expected() > unsent || status.expected() < receiver.start) {
      counters.count(Kind.REFUSED);
      return false;
    }
    counters.add(Kind.LOST, Math.max(0, status.lost() - receiver.lost));
    receiver.lost = Math.max(receiver.lost, status.lost());
    receiver.arrived = Math.max(receiver.arrived, status.expected());
    boolean missing = status.resend() && status.round() == round && !receiver.lossy;
    if (missing && receiver.arrived < next && receiver.arrived >= oldest) {
      goBack(receiver.arrived);
    }
    release();
    return true;
  }

  private void leave(Receiver receiver) {
    receiver.formerLife = receiver.life == 0 ? receiver.formerLife : receiver.life;
    receiver.life = 0;
    receiver.joined = false;
    release();
  }

  private void join(Receiver receiver) {
    if (!active) {
      return; // it joins the next stream
    }
    if (receivers.size() == 1 || Frame.isLater(receiver.followed, stream)) {
      restart();
    } else {
      receiver.join(next);
      release();
    }
  }

  /**
   * Has another stream begin: the only reader has restarted, and so does the ring. Or a receiver
   * has followed a later stream than this one, which another start of this side sent, or a
   * stranger; so this one is old to it.
   */
  private void restart() {
    endStream();
    source.close();
  }

  private @Nullable Receiver find(Names who) {
    if (who.channel().equals(names.channel())) {
      for (Receiver receiver : receivers) {
        if (receiver.host.equals(who.host())) {
          return receiver;
        }
      }
    }
    return null;
  }

  /** Says good-bye to all receivers, as far as frames can be sent. */
  public void leave(long now) {
    leaving = true;
    endStream();
    source.close();
    publish(false);
    for (Receiver receiver : receivers) {
      sayHello(receiver, now);
    }
  }
}
