// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.machine.host.Scheduler;

/**
 * Java code of this process that publishes and subscribes as a VM does, under the same grants. Made
 * by {@link Directory#join(String, int, Quota)}; whoever asked for it closes it, or the directory
 * does.
 *
 * <p>Thread-safe; several threads may wait at once.
 */
public final class HostEndpoint extends Endpoint {
  private final Waiters waiters;

  HostEndpoint(Directory directory, int id, String name, Quota quota) {
    Waiters threads = new Waiters(directory.scheduler);
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
   * Waits for the next event and takes it. Doorbells are events here, too, when there is no other.
   *
   * @param limit how long at the most, by the directory's clock
   * @return the event, or empty if there was none in that time, or the endpoint is closed
   * @throws InterruptedException if the thread is interrupted
   */
  public Optional<Event> nextEvent(Duration limit) throws InterruptedException {
    return Optional.ofNullable(await(inbox::takeEvent, limit));
  }

  boolean awaitDoorbell(HostChannel channel, Duration limit) throws InterruptedException {
    Boolean rang =
        await(
            () -> {
              if (inbox.takeBell(channel)) {
                return true;
              }
              return inbox.hasLeft(channel) ? false : null;
            },
            limit);
    return rang != null && rang;
  }

  /**
   * Waits until the bell of this channel has rung, and takes it; or until this side has left, or
   * anybody has come or gone since the number of changes was what the caller knows.
   */
  void awaitBellOrChange(HostChannel channel, int changes, long nanos) throws InterruptedException {
    await(
        () ->
            (inbox.takeBell(channel) || inbox.hasLeft(channel) || channel.changes() != changes)
                ? true
                : null,
        Duration.ofNanos(nanos));
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
    awaitLive(channelId, limit.toNanos());
    return subscribe(channelId);
  }

  /** Waits until a channel that is watched is published; false if it is not in that time. */
  boolean awaitLive(ChannelId channelId, long nanos) throws InterruptedException {
    return await(() -> isLive(channelId) ? true : null, Duration.ofNanos(nanos)) != null;
  }

  /** Whether the channel can be joined now. */
  boolean isLive(ChannelId channelId) {
    directory.lock.lock();
    try {
      return directory.live(channelId) != null;
    } finally {
      directory.lock.unlock();
    }
  }

  /** Whether a thread waits for something. */
  boolean isAwaited() {
    return !waiters.threads.isEmpty();
  }

  void leave(HostChannel channel) {
    directory.lock.lock();
    try {
      if (inbox.hasLeft(channel)) {
        return;
      }
      if (channel.role() == Role.PUBLISHER) {
        unpublish(channel);
      } else {
        unsubscribe(channel);
      }
    } finally {
      directory.lock.unlock();
    }
  }

  @Override
  Attachment attachment(Attachment.Terms terms) {
    return new HostChannel(terms, this);
  }

  /** Tries until there is something, or the time is over; null then. */
  private <T> @Nullable T await(Supplier<@Nullable T> attempt, Duration limit)
      throws InterruptedException {
    long end = directory.clock.nanos() + limit.toNanos();
    waiters.threads.add(Thread.currentThread());
    try {
      while (true) {
        @Nullable T found = attempt.get();
        long left = end - directory.clock.nanos();
        if (found != null || left <= 0 || isClosed()) {
          return found;
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        directory.scheduler.park(left);
      }
    } finally {
      waiters.threads.remove(Thread.currentThread());
    }
  }

  /**
   * The threads that wait. No wake-up is lost: a thread enlists itself, then tries, then parks;
   * whoever makes something available does so first and unparks afterwards, so an unpark that comes
   * between the attempt and the park ends the park at once.
   */
  private static final class Waiters implements Inbox.Signal {
    private final Scheduler scheduler;
    private final CopyOnWriteArraySet<Thread> threads = new CopyOnWriteArraySet<>();

    Waiters(Scheduler scheduler) {
      this.scheduler = scheduler;
    }

    @Override
    public void changed(boolean bells, boolean events) {
      threads.forEach(scheduler::unpark);
    }

    @Override
    public void pulse() {
      throw new IllegalStateException("a host endpoint joins nothing by hypercall");
    }
  }
}
