// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.contender;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.RethrowingErrorHandler;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import org.agrona.concurrent.UnsafeBuffer;
import tombolo.bench.remote.Namespaces;

/**
 * Aeron over UDP between two hosts, with an exclusive publication and Aeron's defaults. Each host's
 * media driver is embedded in its process and has one thread with Aeron's own back-off. It does not
 * rest between turns: the end of a slice would wait in its buffers.
 */
final class AeronUdpMedium implements Medium {
  private static final String CHANNEL = "aeron:udp?endpoint=" + Namespaces.WEST + ":40501";
  private static final int STREAM = 1001;

  private final Place place;
  private final int bytes;

  AeronUdpMedium(Place place, int bytes) {
    this.place = place;
    this.bytes = bytes;
  }

  @Override
  @SuppressWarnings("resource") // lives as long as the fork
  public Sender sender() {
    ExclusivePublication publication = connect("east").addExclusivePublication(CHANNEL, STREAM);
    Patience.until("Aeron's subscriber", () -> publication.isConnected() ? publication : null);
    UnsafeBuffer message = new UnsafeBuffer(new byte[bytes]);
    return AeronMedium.claiming(publication, message);
  }

  @Override
  @SuppressWarnings("resource") // lives as long as the fork
  public Receiver receiver(Arrivals arrivals) {
    Subscription subscription = connect("west").addSubscription(CHANNEL, STREAM);
    FragmentHandler handler =
        (buffer, offset, length, _) ->
            arrivals.message(
                length, buffer.getLong(offset), buffer.getLong(offset + length - Long.BYTES));
    return () -> subscription.poll(handler, Receiver.LIMIT);
  }

  @SuppressWarnings("resource") // lives as long as the fork
  private Aeron connect(String host) {
    String directory = place.directory().resolve("aeron-" + host).toString();
    MediaDriver.launch(
        new MediaDriver.Context()
            .aeronDirectoryName(directory)
            .threadingMode(ThreadingMode.SHARED));
    return Aeron.connect(
        new Aeron.Context()
            .aeronDirectoryName(directory)
            .subscriberErrorHandler(RethrowingErrorHandler.INSTANCE));
  }
}
