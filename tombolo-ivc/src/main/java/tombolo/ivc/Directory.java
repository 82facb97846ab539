// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tombolo.machine.Vm;
import tombolo.machine.host.Clock;
import tombolo.machine.host.Scheduler;

/**
 * All channels of a process, and all endpoints that may join them. Nothing may be joined but by a
 * grant.
 *
 * <p>Whoever makes it owns it, and closes it after the VMs that have joined. Thread-safe: one lock
 * guards all that is said here; see the package for the order of locks.
 */
public final class Directory implements AutoCloseable {
  final ReentrantLock lock = new ReentrantLock();
  final Grants grants;
  final Clock clock;
  final Scheduler scheduler;
  final DelayedBells delays;
  final Inbox.Counters counters = new Inbox.Counters();
  private final List<Runnable> onlookers = new CopyOnWriteArrayList<>();

  // All guarded by lock.
  final MemoryPool pool;
  private final NavigableMap<Integer, Endpoint> endpoints = new TreeMap<>();
  private final Map<ChannelId, Channel> live = new HashMap<>();
  private final NavigableMap<Long, Channel> byGeneration = new TreeMap<>();
  private final Map<ChannelId, Set<Endpoint>> watchers = new HashMap<>();
  private long lastGeneration;
  private boolean closed;

  /** An empty directory by the host's clock and threads. */
  public Directory(Grants grants) {
    this(grants, Clock.system(), Scheduler.system());
  }

  /**
   * An empty directory.
   *
   * @param grants all that endpoints may do
   * @param clock by which doorbells are limited and timed
   * @param scheduler where the thread for late doorbells comes from
   */
  public Directory(Grants grants, Clock clock, Scheduler scheduler) {
    this(grants, clock, scheduler, new MemoryPool());
  }

  /** With memory from elsewhere. */
  Directory(Grants grants, Clock clock, Scheduler scheduler, MemoryPool pool) {
    this.grants = grants;
    this.pool = pool;
    this.clock = clock;
    this.scheduler = scheduler;
    this.delays = new DelayedBells(clock, scheduler);
  }

  /**
   * Gives a VM its IVC device and AxVisor's hypercalls. The VM was created with a window and has
   * not booted yet. What its guest joins it leaves at the end of each run by itself.
   *
   * @param id what others call it, from 1, unique here
   * @throws IllegalArgumentException if the id is taken or the VM has no window
   */
  public VmEndpoint join(Vm vm, int id, Quota quota) {
    VmEndpoint endpoint = new VmEndpoint(this, id, quota, vm);
    add(endpoint);
    endpoint.install();
    return endpoint;
  }

  /**
   * Lets Java code of this process publish and subscribe as a VM does.
   *
   * @param id what others call it, from 1, unique here
   * @throws IllegalArgumentException if the id is taken
   */
  public HostEndpoint join(String name, int id, Quota quota) {
    HostEndpoint endpoint = new HostEndpoint(this, id, name, quota);
    add(endpoint);
    return endpoint;
  }

  private void add(Endpoint endpoint) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the directory is closed");
      }
      if (endpoint.id() < 1 || endpoints.putIfAbsent(endpoint.id(), endpoint) != null) {
        throw new IllegalArgumentException(
            "%s: id %d is taken, or less than 1".formatted(endpoint.name(), endpoint.id()));
      }
      changed();
    } finally {
      lock.unlock();
    }
  }

  /** The endpoint is closed; it has left everything. */
  void remove(Endpoint endpoint) {
    endpoints.remove(endpoint.id(), endpoint);
    watchers.values().forEach(set -> set.remove(endpoint));
    changed();
  }

  /** What happens in it, as numbers and tables. */
  public DirectorySnapshot snapshot() {
    lock.lock();
    try {
      return DirectorySnapshot.of(
          List.copyOf(endpoints.values()), List.copyOf(byGeneration.values()), this);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has somebody told each time that an endpoint or a channel comes or goes, or a channel is
   * joined, left, withdrawn or orphaned; not of counters. Tells on the thread that does it and with
   * the directory locked, perhaps in the middle of it: so the listener only notes that it has to
   * take a {@link #snapshot} later, and waits for nothing.
   */
  public void onChange(Runnable listener) {
    onlookers.add(listener);
  }

  /** The endpoint with this id, or null. */
  public @Nullable Endpoint endpoint(int id) {
    lock.lock();
    try {
      return endpoints.get(id);
    } finally {
      lock.unlock();
    }
  }

  /** Closes every endpoint and gives all memory back. Does nothing when called again. */
  @Override
  public void close() {
    List<Endpoint> left;
    lock.lock();
    try {
      closed = true;
      left = new ArrayList<>(endpoints.values());
    } finally {
      lock.unlock();
    }
    left.forEach(Endpoint::close);
    lock.lock();
    try {
      pool.close();
    } finally {
      lock.unlock();
    }
    delays.close();
  }

  // What follows is called with the lock held.

  @Nullable Channel live(ChannelId id) {
    return live.get(id);
  }

  /** The first channel that is younger than this generation, or null. */
  @Nullable Channel after(long generation) {
    Map.Entry<Long, Channel> next = byGeneration.higherEntry(generation);
    return next == null ? null : next.getValue();
  }

  long nextGeneration() {
    return ++lastGeneration;
  }

  /** Something has come or gone; the lock is kept until the snapshot has all of it. */
  void changed() {
    onlookers.forEach(Runnable::run);
  }

  void publish(Channel channel) {
    live.put(channel.id, channel);
    byGeneration.put(channel.generation, channel);
    changed();
  }

  /** Nobody can join it any more. */
  void withdraw(Channel channel) {
    live.remove(channel.id, channel);
  }

  /** The last one has left. */
  void free(Channel channel) {
    live.remove(channel.id, channel);
    byGeneration.remove(channel.generation);
    if (!channel.leaked) {
      pool.free(channel.memory);
    }
    changed();
  }

  void watch(ChannelId id, Endpoint watcher) {
    watchers.computeIfAbsent(id, _ -> new HashSet<>()).add(watcher);
  }

  void unwatch(ChannelId id, Endpoint watcher) {
    watchers.computeIfPresent(
        id,
        (_, all) -> {
          all.remove(watcher);
          return all.isEmpty() ? null : all;
        });
  }

  /** How many channels anybody watches. */
  int watchedChannels() {
    return watchers.size();
  }

  Set<Endpoint> watchersOf(ChannelId id) {
    return watchers.getOrDefault(id, Set.of());
  }
}
