// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.bell.BellCounters;
import tombolo.ivc.bell.DelayedBells;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.machine.Vm;
import tombolo.machine.host.HostServices;
import tombolo.machine.state.StateException;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * All channels of a process, and all endpoints that may join them. Nothing may be joined but by a
 * grant.
 *
 * <p>Whoever makes it owns it, and closes it after the VMs that have joined. Thread-safe: one lock
 * guards everything that is noted of channels and endpoints, and is held for short steps alone. See
 * the package for the order of locks, and {@link Passage} for what happens without it.
 */
public final class Directory implements AutoCloseable, Stateful {
  private final ReentrantLock lock = new ReentrantLock();
  final Grants grants;
  final DelayedBells delays;
  final BellCounters counters = new BellCounters();
  private final HostServices host;
  private final List<Runnable> onlookers = new CopyOnWriteArrayList<>();

  // All guarded by lock.
  final ChannelTable channels;
  private final NavigableMap<Integer, Endpoint> endpoints = new TreeMap<>();
  private boolean closed;

  /**
   * Makes an empty directory.
   *
   * @param grants all that endpoints may do
   * @param host the clock by which doorbells are limited and timed, and the scheduler by which late
   *     ones are delivered and host endpoints wait
   */
  public Directory(Grants grants, HostServices host) {
    this(grants, host, new MemoryPool());
  }

  /** Makes an empty directory with memory from elsewhere. */
  Directory(Grants grants, HostServices host, MemoryPool pool) {
    this.grants = grants;
    this.host = host;
    this.channels = new ChannelTable(pool);
    this.delays = new DelayedBells(host, counters);
  }

  /** Returns its time, workers and chance. */
  public HostServices host() {
    return host;
  }

  /**
   * Lets a VM publish and subscribe, and plugs in the front end for its guest. The VM was created
   * with a window and has not booted yet. What the guest joins, the VM leaves at the end of each
   * run by itself.
   *
   * @param id the number that others know it by, from 1, unique here
   * @param frontEnd how the guest reaches the endpoint: {@code GuestFrontEnds.ALL}
   * @throws IllegalArgumentException if the id is taken or the VM has no window
   */
  public VmEndpoint join(Vm vm, int id, Quota quota, FrontEnd frontEnd) {
    VmEndpoint endpoint = new VmEndpoint(this, id, quota, vm);
    add(endpoint);
    boolean plugged = false;
    try {
      frontEnd.plugInto(endpoint);
      plugged = true;
    } finally {
      if (!plugged) {
        endpoint.close(); // or the id would be taken by nobody
      }
    }
    vm.onRunEnd(endpoint::leaveAll);
    return endpoint;
  }

  /**
   * Lets Java code of this process publish and subscribe as a VM does.
   *
   * @param id the number that others know it by, from 1, unique here
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
      changedLocked();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Does something under the lock, and waits for nothing meanwhile: no vCPU, no host, no zeroing of
   * more than a few words.
   */
  <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  /** Does something under the lock that has no result, see {@link #locked}. */
  void withLock(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Frees the memory of a channel that nobody reaches any more. Zeroing takes its time, so the lock
   * is not held, and the memory counts until it is zero.
   */
  void free(Channel channel) {
    withLock(() -> channel.freed = true); // it is listed still, but not to be looked into
    if (!channel.leaked) {
      channels.pool.free(channel.memory);
    }
    withLock(
        () -> {
          channels.forget(channel);
          changedLocked();
        });
  }

  /** Forgets an endpoint that is closed and has left everything. */
  void removeLocked(Endpoint endpoint) {
    endpoints.remove(endpoint.id(), endpoint);
    changedLocked();
  }

  /** Tells the onlookers; the lock is kept until a snapshot has all of what has changed. */
  void changedLocked() {
    onlookers.forEach(Runnable::run);
  }

  /** Returns the directory's present state, as numbers and tables. */
  public DirectorySnapshot snapshot() {
    return locked(
        () ->
            DirectorySnapshot.of(
                List.copyOf(endpoints.values()), List.copyOf(channels.all()), this));
  }

  /**
   * Calls a listener each time that an endpoint or a channel comes or goes, or a channel is joined,
   * left, withdrawn or orphaned, but not when a counter changes. The call comes on the thread that
   * does it and with the directory locked, perhaps in the middle of it. So the listener only notes
   * that it has to take a {@link #snapshot} later, and waits for nothing.
   */
  public void onChange(Runnable listener) {
    onlookers.add(listener);
  }

  /** Returns the endpoint with this id, or null. */
  public @Nullable Endpoint endpoint(int id) {
    lock.lock();
    try {
      return endpoints.get(id);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes the channels with their memory, who has joined them, what waits for endpoints, and late
   * bells by what is left of their time. Called while all VMs that have joined are suspended and no
   * Java code uses a host endpoint.
   */
  @Override
  public void save(StateWriter out) {
    delays.pause();
    try {
      withLock(() -> new DirectoryState(this).save(out, endpoints.values()));
    } finally {
      delays.resume();
    }
  }

  /**
   * Takes up the state of another directory, of the same grants. This one is fresh: the same VMs
   * have joined it, by the same ids and names, are restored already and still suspended, and have
   * no channels.
   *
   * <p>A host endpoint that has joined by the same id and name has its channels again ({@link
   * HostEndpoint#joined}). One that has not is treated as if it died at this moment: its peers are
   * told, its channels become orphaned. What endpoints may do is asked anew, so a state that no
   * directory with these grants could be in is refused.
   *
   * @throws IllegalStateException if somebody has joined a channel here
   * @throws StateException as {@link Stateful#restore} says; the directory can only be closed then
   */
  @Override
  public void restore(StateReader in) {
    delays.pause();
    RestoredDirectory restored = new RestoredDirectory(this, in);
    try {
      withLock(
          () -> {
            if (closed || !channels.all().isEmpty()) {
              throw new IllegalStateException("only a fresh directory can be restored");
            }
            restored.restore(endpoints);
            changedLocked();
          });
    } finally {
      restored.endStandIns();
      delays.resume();
    }
  }

  /** Closes every endpoint and gives all memory back. Does nothing when called again. */
  @Override
  public void close() {
    locked(this::closesWith).forEach(Endpoint::close);
    channels.pool.close();
    delays.close();
  }

  private List<Endpoint> closesWith() {
    closed = true;
    return List.copyOf(endpoints.values());
  }
}
