// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import io.aeron.Aeron;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import tombolo.bridge.wire.Frame;
import tombolo.bridge.wire.Status;
import tombolo.ivc.Directory;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.grant.Quota;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Scheduler;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.topology.BridgeSpec;
import tombolo.topology.ChannelSpec;
import tombolo.topology.HostSpec;
import tombolo.topology.RemoteSpec;
import tombolo.topology.Topology;

/**
 * All bridges of a topology, on one worker, which also steps Aeron's client and media driver. So a
 * message has no more hands to go through than one between two programs that use Aeron: this worker
 * here, and its like there.
 *
 * <p>Thread-safe: {@link #rows} and {@link #close} are for any thread. Everything else belongs to
 * the worker. A doorbell of an endpoint or a change in the directory sets {@code signalled} and
 * wakes the worker; a step clears it before it looks at channels, so none is missed.
 */
public final class Bridges implements AutoCloseable {
  /** How long the worker looks for something to do before it sleeps. */
  private static final long SPIN_NANOS = 50_000;

  /** The shortest and the longest sleep. Nobody wakes the worker when a datagram comes. */
  private static final long SHORTEST_SLEEP = 20_000;

  private static final long LONGEST_SLEEP = 1_000_000;

  /** How long good-byes may take. */
  private static final long GOOD_BYE_NANOS = 50_000_000;

  private static final int STATUSES_A_STEP = 32;
  private static final int GENERATIONS = 4;

  private final @Nullable HostSpec host;
  private final HostServices services;
  private final Errors errors;
  private final List<OutLane> outLanes = new ArrayList<>();
  private final List<InLane> inLanes = new ArrayList<>();
  private final Map<String, DataOutlet> statuses = new LinkedHashMap<>();
  private final Doorkeeper door;
  private final FragmentHandler onStatus = this::onStatus;
  private final Attempt opening;
  private final Attempt listening;
  private final Task task;
  private volatile boolean signalled = true;
  private volatile boolean closing;

  // The worker's.
  private @Nullable Media media;
  private @Nullable Subscription subscription;
  private long now;
  private long busyAt;
  private long sleep = SHORTEST_SLEEP;
  private boolean asleep;

  private Bridges(Topology topology, Directory directory, Consumer<String> say) {
    this.host = topology.host();
    this.services = directory.host();
    this.errors = new Errors(say);
    this.opening = new Attempt("bridges", errors);
    this.listening = new Attempt("host.address", errors);
    this.task = services.scheduler().task("tombolo/bridges", Scheduler.Idle.PARK, new Loop());
    if (host != null) {
      addLanes(topology, host, directory);
    }
    List<RemoteSpec> receivers =
        outLanes.stream().flatMap(lane -> lane.remotes().stream()).distinct().toList();
    this.door = new Doorkeeper("host.address", receivers, errors);
  }

  private void addLanes(Topology topology, HostSpec own, Directory directory) {
    long firstStream = services.clock().epochNanos() / 1_000_000;
    int position = 0;
    for (ChannelSpec channel : topology.channels()) {
      int id = BridgeSpec.idAt(position++);
      switch (channel.bridge()) {
        case BridgeSpec.To to ->
            outLanes.add(
                new OutLane(
                    topology,
                    own,
                    channel,
                    to,
                    join(directory, channel, id, Quota.NONE),
                    firstStream,
                    errors));
        case BridgeSpec.From from -> {
          RemoteSpec remote = topology.remote(from.host());
          DataOutlet outlet =
              statuses.computeIfAbsent(
                  remote.name(),
                  name ->
                      new DataOutlet(
                          "remote." + name,
                          Uris.status(remote.address()),
                          List.of(),
                          Uris.statusStream(name),
                          errors));
          inLanes.add(
              new InLane(
                  own,
                  channel,
                  from,
                  remote,
                  join(directory, channel, id, quota(channel)),
                  outlet,
                  services.random()::nextLong,
                  errors));
        }
        case null -> {}
      }
    }
  }

  /**
   * Opens the bridges that a topology has. They connect by themselves, as soon and as often as that
   * is possible; what they cannot do is said and tried again.
   *
   * @param directory of the topology's run; closed after the bridges
   * @param say takes a line when something cannot be used; called by the worker
   */
  public static Bridges open(Topology topology, Directory directory, Consumer<String> say) {
    Bridges bridges = new Bridges(topology, directory, say);
    if (bridges.isAny()) {
      directory.onChange(bridges::signal);
      bridges.task.start();
    }
    return bridges;
  }

  private boolean isAny() {
    return !outLanes.isEmpty() || !inLanes.isEmpty();
  }

  private HostEndpoint join(Directory directory, ChannelSpec channel, int id, Quota quota) {
    HostEndpoint endpoint = directory.join("bridge:" + channel.name(), id, quota);
    endpoint.onSignal(this::signal);
    return endpoint;
  }

  /** The channel and some that were withdrawn, which their readers have not left. */
  private static Quota quota(ChannelSpec channel) {
    return new Quota(GENERATIONS, GENERATIONS * channel.bytes());
  }

  private void signal() {
    signalled = true;
    task.wake();
  }

  /** Returns a row for each bridge, outgoing ones first. Any thread. */
  public List<BridgeRow> rows() {
    List<BridgeRow> rows = new ArrayList<>();
    outLanes.forEach(lane -> rows.add(lane.row(door.refused())));
    inLanes.forEach(lane -> rows.add(lane.row()));
    return rows;
  }

  private long step() {
    now = services.clock().nanos();
    wakeUp();
    if (closing) {
      leave();
      return Worker.DONE;
    }
    int work;
    try {
      work = turn();
    } catch (RuntimeException e) {
      errors.onError(e);
      closeMedia();
      work = 0;
    }
    if (work != 0) {
      busyAt = now;
      sleep = SHORTEST_SLEEP;
      return Worker.AGAIN;
    }
    return now - busyAt < SPIN_NANOS || !fallAsleep() ? Worker.AGAIN : nextLook();
  }

  private long nextLook() {
    sleep = Math.min(2 * sleep, LONGEST_SLEEP);
    return now + sleep;
  }

  private int turn() {
    if (signalled) {
      signalled = false;
      outLanes.forEach(OutLane::changed);
      inLanes.forEach(InLane::changed);
    }
    int work = 0;
    if (connect() && media != null) {
      work += media.invoke();
      if (media.isDead()) {
        opening.failed(new IllegalStateException("the media driver has died"));
        closeMedia();
      }
    }
    door.reject();
    List<Image> images = door.images();
    for (int i = 0; i < images.size(); i++) {
      work += images.get(i).poll(onStatus, STATUSES_A_STEP);
    }
    for (int i = 0; i < inLanes.size(); i++) {
      work += inLanes.get(i).step(now);
    }
    for (int i = 0; i < outLanes.size(); i++) {
      work += outLanes.get(i).step(now);
    }
    return work;
  }

  private void onStatus(DirectBuffer buffer, int at, int length, Header header) {
    if (Frame.kindOf(buffer, at, length) == Frame.STATUS) {
      Status status = Status.read(buffer, at, length).orElse(null);
      for (int i = 0; status != null && i < outLanes.size(); i++) {
        if (outLanes.get(i).isFor(Frame.channel(buffer, at))) {
          outLanes.get(i).onStatus(status, now);
          return;
        }
      }
    }
    door.refuse();
  }

  /** Opens what is not open. Returns whether there is a client. */
  private boolean connect() {
    if (media == null) {
      if (host == null || !opening.isDue(now)) {
        return false;
      }
      try {
        media = Media.open(host, errors);
        opening.succeeded();
      } catch (RuntimeException e) {
        opening.failed(e);
        return false;
      }
    }
    Aeron aeron = media.aeron();
    if (!outLanes.isEmpty() && host != null) {
      listen(aeron, host);
    }
    for (DataOutlet outlet : statuses.values()) {
      outlet.ensure(aeron, now);
    }
    for (int i = 0; i < inLanes.size(); i++) {
      inLanes.get(i).ensure(aeron, now);
    }
    for (int i = 0; i < outLanes.size(); i++) {
      outLanes.get(i).ensure(aeron, now);
    }
    return true;
  }

  private void listen(Aeron aeron, HostSpec own) {
    if (subscription != null || !listening.isDue(now)) {
      return;
    }
    try {
      subscription =
          aeron.addSubscription(
              Uris.listen(own, null),
              Uris.statusStream(own.name()),
              door::onAvailable,
              door::onUnavailable);
      listening.succeeded();
    } catch (RuntimeException e) {
      listening.failed(e);
    }
  }

  private void closeMedia() {
    if (media != null) {
      try {
        media.close();
      } catch (RuntimeException e) {
        errors.onError(e);
      }
    }
    media = null;
    subscription = null;
    listening.again();
    door.forget();
    statuses.values().forEach(DataOutlet::forget);
    inLanes.forEach(InLane::forget);
    outLanes.forEach(OutLane::forget);
  }

  /** Tells the rings' other sides to ring. Returns false if there is something to do already. */
  private boolean fallAsleep() {
    asleep = true;
    boolean calm = !signalled;
    for (int i = 0; calm && i < outLanes.size(); i++) {
      calm = outLanes.get(i).sleep();
    }
    for (int i = 0; calm && i < inLanes.size(); i++) {
      calm = inLanes.get(i).sleep();
    }
    if (!calm) {
      wakeUp();
    }
    return calm;
  }

  private void wakeUp() {
    if (asleep) {
      asleep = false;
      outLanes.forEach(OutLane::wake);
      inLanes.forEach(InLane::wake);
    }
  }

  private void leave() {
    try {
      outLanes.forEach(lane -> lane.leave(now));
      inLanes.forEach(lane -> lane.leave(now));
      long end = now + GOOD_BYE_NANOS;
      while (media != null && services.clock().nanos() < end) {
        media.invoke(); // the driver sends the good-byes
      }
    } catch (RuntimeException e) {
      errors.onError(e);
    }
    closeMedia();
    outLanes.forEach(OutLane::close);
    inLanes.forEach(InLane::close);
  }

  /** Says good-bye to the other hosts, leaves the channels and gives everything back. */
  @Override
  public void close() {
    if (isAny()) {
      closing = true;
      task.wake();
      task.awaitEnd();
    }
  }

  /** The worker. */
  private final class Loop implements Worker {
    @Override
    public long step() {
      return Bridges.this.step();
    }

    @Override
    public boolean failed(String name, Throwable cause) {
      outLanes.forEach(OutLane::close);
      inLanes.forEach(InLane::close);
      errors.onError(cause);
      closeMedia();
      return true;
    }
  }
}
