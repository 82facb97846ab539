// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.bell;

import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.Event;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;

/**
 * The bell of one endpoint's side of one channel. Its {@link Inbox} guards all that changes, and
 * alone reads and writes it.
 */
public final class Bell {
  private final Inbox inbox;
  private final int endpoint;
  private final boolean pulsed;
  private final int handle;
  private final Supplier<Event> doorbell;
  private final LongConsumer onDelivery;

  // All guarded by the inbox.
  boolean joined = true;
  boolean pending;
  long pendingSince;
  long received;
  long delivered;
  private @Nullable LatencyHistogram latency;

  /**
   * Makes a silent bell.
   *
   * @param inbox what waits for the endpoint
   * @param endpoint the endpoint's id
   * @param pulsed whether a ring is a pulse of an interrupt, and never pending
   * @param handle the endpoint's handle of the channel
   * @param doorbell returns the event that a ring is; asked for only once the channel is joined
   * @param onDelivery called with the number of rings that have been delivered, this one included;
   *     with the inbox locked, so it waits for nothing
   */
  public Bell(
      Inbox inbox,
      int endpoint,
      boolean pulsed,
      int handle,
      Supplier<Event> doorbell,
      LongConsumer onDelivery) {
    this.inbox = inbox;
    this.endpoint = endpoint;
    this.pulsed = pulsed;
    this.handle = handle;
    this.doorbell = doorbell;
    this.onDelivery = onDelivery;
  }

  Inbox inbox() {
    return inbox;
  }

  /** Returns the id of the endpoint that the bell is for. */
  public int endpoint() {
    return endpoint;
  }

  /** Returns whether a ring is a pulse of an interrupt, of which no event tells. */
  public boolean pulsed() {
    return pulsed;
  }

  /** Returns the endpoint's handle of the channel. */
  public int handle() {
    return handle;
  }

  /** Returns the event that a ring of it is. */
  Event event() {
    return doorbell.get();
  }

  /** Writes what has come so far and what is pending. With the inbox locked. */
  void save(StateWriter out, long now) {
    out.flag(pending).number(pending ? Math.max(now - pendingSince, 0) : 0);
    out.number(received).number(delivered).flag(latency != null);
    if (latency != null) {
      latency.save(out);
    }
  }

  /** Reads it back. With the inbox locked. */
  void restore(StateReader in, long now) {
    pending = in.flag();
    pendingSince = now - in.int64();
    received = in.int64();
    delivered = in.int64();
    latency = null;
    if (in.flag()) {
      latency().restore(in);
    }
    if (pending && pulsed) {
      throw in.wrong("a bell that is pulsed is pending");
    }
  }

  void delivered() {
    delivered++;
    onDelivery.accept(delivered);
  }

  LatencyHistogram latency() {
    LatencyHistogram made = latency;
    if (made == null) {
      made = new LatencyHistogram();
      latency = made;
    }
    return made;
  }

  long percentileNanos(double share) {
    return latency == null ? 0 : latency.percentile(share);
  }
}
