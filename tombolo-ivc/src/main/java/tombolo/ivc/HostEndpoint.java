// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Quota;
import tombolo.machine.host.HostServices;

/**
 * An endpoint for Java code of this process, which publishes and subscribes as a VM does, under the
 * same grants. Made by {@link Directory#join(String, int, Quota)}; whoever asked for it closes it,
 * or the directory does.
 *
 * <p>Thread-safe; several threads may wait at once.
 */
public final class HostEndpoint extends Endpoint {
  private final Waiters waiters;

  HostEndpoint(Directory directory, int id, String name, Quota quota) {
    Waiters threads = new Waiters(directory.host());
    super(directory, id, name, quota, threads);
    this.waiters = threads;
  }

  @Override
  public HostChannel publish(long key, Shape shape) {
    return (HostChannel) super.publish(key, shape);
  }

  @Override
  public HostChannel subscribe(ChannelId channelId) {
    return (HostChannel) super.subscribe(channelId);
  }

  /** Publishes the channel that has this name. */
  public HostChannel publish(String name, Shape shape) {
    ChannelId channelId = resolve(name);
    if (channelId.publisher() != id()) {
      throw refusal(Status.NOT_GRANTED, "publish", channelId);
    }
    return publish(channelId.key(), shape);
  }

  /** Joins the channel that has this name. */
  public HostChannel subscribe(String name) {
    return subscribe(resolve(name));
  }

  /**
   * Waits for the next event and takes it. A doorbell is an event, too, when there is no other.
   *
   * @param limit how long at the most, by the directory's clock
   * @return the event, or empty if there was none in that time, or the endpoint is closed
   * @throws InterruptedException if the thread is interrupted
   */
  public Optional<Event> nextEvent(Duration limit) throws InterruptedException {
    return Optional.ofNullable(waiters.await(inbox::takeEvent, limit, this::isClosed));
  }

  /**
   * Has something called whenever a doorbell has rung or an event has come: for code that does not
   * wait with a thread. One call may stand for several. What was stored before the ring is visible
   * to whoever takes it afterwards.
   *
   * @param signal called by any thread with locks held: it returns at once, as {@link
   *     tombolo.machine.host.Task#wake} does, and does not call this endpoint
   */
  public void onSignal(Runnable signal) {
    waiters.onSignal(signal);
  }

  boolean takeDoorbell(HostChannel channel) {
    return inbox.takeBell(channel.bell);
  }

  boolean awaitDoorbell(HostChannel channel, Duration limit) throws InterruptedException {
    Boolean rang =
        waiters.await(
            () -> {
              if (inbox.takeBell(channel.bell)) {
                return true;
              }
              return inbox.hasLeft(channel.bell) ? false : null;
            },
            limit,
            this::isClosed);
    return rang != null && rang;
  }

  /**
   * Waits until the bell of this channel has rung, and takes it; or until this side has left, or
   * anybody has come or gone since the number of changes was what the caller knows.
   */
  void awaitDoorbellOrChange(HostChannel channel, int changes, Duration limit)
      throws InterruptedException {
    waiters.await(
        () ->
            (inbox.takeBell(channel.bell)
                    || inbox.hasLeft(channel.bell)
                    || channel.changes() != changes)
                ? true
                : null,
        limit,
        this::isClosed);
  }

  /**
   * Joins the channel that has this name, as soon as it is published. From then on each publication
   * of it is an event of this endpoint, as by {@link #watch}.
   *
   * @param limit how long to wait for that at the most, by the directory's clock
   * @throws RefusedException with {@link Status#NO_SUCH_CHANNEL} if it is not published in that
   *     time
   * @throws InterruptedException if the thread is interrupted
   */
  public HostChannel subscribe(String name, Duration limit) throws InterruptedException {
    ChannelId channelId = resolve(name);
    watch(channelId);
    awaitPublished(channelId, limit);
    return subscribe(channelId);
  }

  /**
   * Waits until a channel that this endpoint watches can be joined.
   *
   * @param limit how long at the most, by the directory's clock
   * @return false if it can't in that time
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean awaitPublished(ChannelId channelId, Duration limit) throws InterruptedException {
    return waiters.await(() -> isLive(channelId) ? true : null, limit, this::isClosed) != null;
  }

  /** Returns whether the channel can be joined now. */
  public boolean isLive(ChannelId channelId) {
    return directory.locked(() -> directory.channels.live(channelId) != null);
  }

  /** Returns the channels that it has joined now, by handle. */
  public List<HostChannel> joined() {
    return operation(
        "list", () -> membership.all().stream().map(side -> (HostChannel) side).toList());
  }

  /** Returns the directory's time, workers and chance. */
  public HostServices host() {
    return directory.host();
  }

  /** Returns whether a thread waits for something. */
  boolean isAwaited() {
    return waiters.any();
  }

  void leave(HostChannel channel) {
    turn.lock(); // so that nobody else leaves it between the look and the act
    try {
      if (inbox.hasLeft(channel.bell)) {
        return;
      }
      if (channel.role() == Role.PUBLISHER) {
        unpublish(channel);
      } else {
        unsubscribe(channel);
      }
    } finally {
      turn.unlock();
    }
  }

  @Override
  Attachment attachment(Attachment.Terms terms) {
    return new HostChannel(terms, this);
  }
}
