// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.RethrowingErrorHandler;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import tombolo.bench.suite.BenchmarkException;

/**
 * Aeron IPC with an exclusive publication. The media driver is embedded in the sender's process. It
 * has one thread with Aeron's own back-off, since a third busy thread would take a processor from
 * the two ends. The MTU is the largest there is, so that only messages of 64 KiB are fragmented.
 */
final class AeronMedium implements Medium {
  private static final String CHANNEL = "aeron:ipc";
  private static final int STREAM = 1001;
  private static final int MTU = 65_504;

  /** Aeron's default size of a term for IPC; there are three of them. */
  static final int DEFAULT_TERM = 64 << 20;

  private final Place place;
  private final int bytes;
  private final int term;
  private final RestingIdleStrategy driverIdle = new RestingIdleStrategy();

  /**
   * @param term the size of each of the three terms in bytes. A sender may be half a term ahead of
   *     the driver, so with short terms the driver must get a processor sooner
   */
  AeronMedium(Place place, int bytes, int term) {
    this.place = place;
    this.bytes = bytes;
    this.term = term;
  }

  @Override
  @SuppressWarnings("resource") // lives as long as the fork
  public Sender sender() {
    MediaDriver.launch(
        new MediaDriver.Context()
            .aeronDirectoryName(directory())
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(driverIdle)
            .ipcTermBufferLength(term)
            .ipcMtuLength(MTU)
            .termBufferSparseFile(false));
    ExclusivePublication publication = connect().addExclusivePublication(CHANNEL, STREAM);
    Patience.until("Aeron's subscriber", () -> publication.isConnected() ? publication : null);
    UnsafeBuffer message = new UnsafeBuffer(new byte[bytes]);
    return bytes <= publication.maxPayloadLength()
        ? claiming(publication, message)
        : offering(publication, message);
  }

  /** Claims, which is faster than {@code offer}, but only for messages of one fragment. */
  static Sender claiming(ExclusivePublication publication, UnsafeBuffer message) {
    BufferClaim claim = new BufferClaim();
    int bytes = message.capacity();
    return (first, last) -> {
      long answer = publication.tryClaim(bytes, claim);
      if (answer < 0) {
        return isSent(answer);
      }
      MutableDirectBuffer buffer = claim.buffer();
      int at = claim.offset();
      buffer.putLong(at, first);
      buffer.putBytes(at + Long.BYTES, message, Long.BYTES, bytes - 2 * Long.BYTES);
      buffer.putLong(at + bytes - Long.BYTES, last);
      claim.commit();
      return true;
    };
  }

  private static Sender offering(ExclusivePublication publication, UnsafeBuffer message) {
    int bytes = message.capacity();
    return (first, last) -> {
      message.putLong(0, first);
      message.putLong(bytes - Long.BYTES, last);
      return isSent(publication.offer(message, 0, bytes));
    };
  }

  private static boolean isSent(long answer) {
    if (answer >= 0) {
      return true;
    }
    if (answer == Publication.BACK_PRESSURED || answer == Publication.ADMIN_ACTION) {
      return false;
    }
    throw new BenchmarkException("Aeron: " + Publication.errorString(answer));
  }

  @Override
  @SuppressWarnings("resource") // lives as long as the fork
  public Receiver receiver(Arrivals arrivals) {
    Subscription subscription = connect().addSubscription(CHANNEL, STREAM);
    FragmentHandler handler =
        (buffer, offset, length, _) ->
            arrivals.message(
                length, buffer.getLong(offset), buffer.getLong(offset + length - Long.BYTES));
    FragmentHandler whole = bytes < MTU / 2 ? handler : new FragmentAssembler(handler);
    return () -> subscription.poll(whole, Receiver.LIMIT);
  }

  /** Waits for the driver. What a handler throws must end the fork. */
  private Aeron connect() {
    return Aeron.connect(
        new Aeron.Context()
            .aeronDirectoryName(directory())
            .subscriberErrorHandler(RethrowingErrorHandler.INSTANCE));
  }

  @Override
  public void wake() {
    driverIdle.wake();
  }

  @Override
  public void rest() {
    driverIdle.rest();
  }

  private String directory() {
    return place.directory().resolve("aeron").toString();
  }
}
