// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.stream.Outlet;

/**
 * Frames into a publication of Aeron's, which is added as soon as that is possible and again when
 * it has come to its end. For the bridges' worker.
 */
final class DataOutlet implements Outlet {
  /** Bytes of a frame before there is a publication: it cannot be claimed anyway. */
  private static final int SMALL_FRAME = 1024;

  private final String channel;
  private final List<String> destinations;
  private final int streamId;
  private final Attempt attempt;
  private final BufferClaim claim = new BufferClaim();
  private @Nullable ExclusivePublication publication;

  /**
   * @param what for messages: what is sent, and to whom
   * @param channel Aeron's URI
   * @param destinations further URIs, to which a copy of each frame goes
   */
  DataOutlet(String what, String channel, List<String> destinations, int streamId, Errors errors) {
    this.channel = channel;
    this.destinations = destinations;
    this.streamId = streamId;
    this.attempt = new Attempt(what, errors);
  }

  /** Adds the publication if there is none. */
  void ensure(Aeron aeron, long now) {
    if (publication != null || !attempt.isDue(now)) {
      return;
    }
    @Nullable ExclusivePublication added = null;
    try {
      added = aeron.addExclusivePublication(channel, streamId);
      for (String destination : destinations) {
        added.addDestination(destination);
      }
      publication = added;
      attempt.succeeded();
    } catch (RuntimeException e) {
      if (added != null) {
        added.close();
      }
      attempt.failed(e);
    }
  }

  /** Forgets the publication, whose client has ended. */
  void forget() {
    publication = null;
    attempt.again();
  }

  @Override
  public int maxFrame() {
    return publication == null ? SMALL_FRAME : publication.maxPayloadLength();
  }

  @Override
  public boolean tryClaim(int length) {
    if (publication == null) {
      return false;
    }
    long answer = publication.tryClaim(length, claim);
    if (answer > 0) {
      return true;
    }
    if (answer == Publication.ADMIN_ACTION) {
      return publication.tryClaim(length, claim) > 0; // a term has ended: the next claim works
    }
    if (answer == Publication.MAX_POSITION_EXCEEDED || answer == Publication.CLOSED) {
      publication.close();
      publication = null;
      attempt.again();
    }
    return false;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return claim.buffer();
  }

  @Override
  public int at() {
    return claim.offset();
  }

  @Override
  public void commit() {
    claim.commit();
  }
}
