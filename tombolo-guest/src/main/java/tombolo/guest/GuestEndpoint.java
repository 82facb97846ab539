// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Joins this VM's channels, for Java in a process of its Linux. It drives the IVC device
 * (docs/abi.md) through the kernel's {@code uio_pci_generic}, and needs root. One process of a VM
 * can have the device at a time. A process that ends in any way leaves its channels, and its peers
 * are told.
 *
 * <p>Thread-safe; several threads may wait at once.
 *
 * <h2>Concurrency</h2>
 *
 * <p>One lock guards the mailbox and what has been taken from the device. Of the threads that wait,
 * one is the leader: it sleeps on the interrupt, without the lock; the others sleep on a condition.
 * The leader takes all bells and events, notes them at their channels, and wakes the others, one of
 * which leads next. No wake-up is lost, because the interrupt is a level: what arrives after a
 * thread has looked at the device raises it, and the sleep ends at once. What another thread has
 * taken meanwhile is noted with the lock held; that thread signals the condition and wakes the
 * leader.
 */
public final class GuestEndpoint implements AutoCloseable {
  private static final int VENDOR = 0x1234;
  private static final int DEVICE = 0x1ac0;

  // Registers.
  private static final int ID = 0x00;
  private static final int VERSION = 0x04;
  private static final int VM = 0x10;
  private static final int REQUEST = 0x20;
  private static final int BELL = 0x24;
  private static final int PENDING = 0x28;
  private static final int ENABLE = 0x2c;
  private static final int DOORBELL = 0x30;

  private static final int TMBO = 0x4f424d54;
  private static final int MAJOR = 1;
  private static final int BELLS = 1;
  private static final int EVENTS = 2;
  private static final long EVERY_PEER = 0xffff_ffffL << Integer.SIZE;

  private static final int PEER_JOINED = 1;
  private static final int WITHDRAWN = 4;
  private static final int PUBLISHED = 5;
  private static final int LOST = 7;

  private static final int LIVE = 1;
  private static final long PAGE = 4096;

  /** How often a thread that sleeps on the interrupt looks whether it was interrupted itself. */
  private static final long LOOK_NANOS = 100_000_000;

  /** How often a thread looks for a free section, which is no event. */
  private static final long RETRY_NANOS = 1_000_000_000;

  /** More than wait in the device's queue at a time. */
  private static final int MOST_EVENTS = 257;

  private final Device device;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment mailbox;
  private final int vm;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();

  // Guarded by lock.
  private final Map<Integer, GuestChannel> byHandle = new TreeMap<>();
  private boolean leading;
  private boolean closed;
  private boolean released;
  private int publications;

  private GuestEndpoint(Device device) throws IOException {
    this.device = device;
    if (device.readInt(ID) != TMBO) {
      throw new IOException("the IVC device does not say TMBO");
    }
    if (device.readInt(VERSION) >>> Short.SIZE != MAJOR) {
      throw new IOException("the IVC device has another major version");
    }
    mailbox = device.map(0, PAGE, arena);
    vm = device.readInt(VM);
    device.writeInt(ENABLE, BELLS | EVENTS);
  }

  /**
   * Opens the device of this VM.
   *
   * @throws IOException with one line: the problem and the remedy
   */
  @SuppressWarnings("MustBeClosed") // the endpoint closes it
  public static GuestEndpoint open() throws IOException {
    return open(UioDevice.open(VENDOR, DEVICE));
  }

  /**
   * Opens a device that has been found in another way.
   *
   * @param device closed by the endpoint, also if it can't be opened
   * @throws IOException if it is no IVC device of this major version
   */
  public static GuestEndpoint open(Device device) throws IOException {
    boolean made = false;
    try {
      GuestEndpoint endpoint = new GuestEndpoint(device);
      made = true;
      return endpoint;
    } finally {
      if (!made) {
        device.close();
      }
    }
  }

  /** Returns this VM's id, from 1. */
  public int vm() {
    return vm;
  }

  /**
   * Publishes a raw channel.
   *
   * @param name the channel's, in the topology file
   * @param size bytes
   * @throws RefusedException if the host does not allow it
   * @throws UncheckedIOException if the kernel does not map it
   */
  public GuestChannel publish(String name, long size) {
    return join(new Slot(Slot.PUBLISH).named(name).with(Slot.SIZE, size), name, true);
  }

  /**
   * Publishes a channel with sections.
   *
   * @param size bytes of the publisher's section
   * @param sections number of subscribers' sections, 0 to 64
   * @param sectionSize bytes of each
   * @throws RefusedException if the host does not allow it
   * @throws UncheckedIOException if the kernel does not map it
   */
  public GuestChannel publish(String name, long size, int sections, long sectionSize) {
    Slot slot =
        new Slot(Slot.PUBLISH)
            .named(name)
            .with(Slot.SIZE, size)
            .with(Slot.LAYOUT, Slot.SECTIONED)
            .with(Slot.SECTIONS, sections)
            .with(Slot.SECTION_SIZE, sectionSize);
    return join(slot, name, true);
  }

  /**
   * Joins a channel that is published.
   *
   * @throws RefusedException if it is not, or the host does not allow it
   * @throws UncheckedIOException if the kernel does not map it
   */
  public GuestChannel subscribe(String name) {
    return join(new Slot(Slot.SUBSCRIBE).named(name), name, false);
  }

  /**
   * Joins a channel as soon as it is published and has a section free.
   *
   * @param limit how long to wait at the most
   * @throws RefusedException if the host does not allow it, or that was not in time
   * @throws UncheckedIOException if the device fails
   * @throws InterruptedException if the thread is interrupted; noticed within 100 ms
   */
  public GuestChannel subscribe(String name, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit);
    watch(name);
    while (true) {
      int seen = locked(() -> publications);
      try {
        return subscribe(name);
      } catch (RefusedException e) {
        boolean later = e.status() == Status.NO_SUCH_CHANNEL || e.status() == Status.NO_SECTION;
        long left = end - System.nanoTime();
        if (!later || left <= 0) {
          throw e;
        }
        boolean _ = await(() -> publications != seen, Math.min(left, RETRY_NANOS));
      }
    }
  }

  /** Waits until a channel is published; returns whether it is. Needs an earlier {@link #watch}. */
  boolean awaitPublished(String name, long nanos) throws InterruptedException {
    return await(() -> lookUp(name) != null, nanos);
  }

  /** Has the host tell of each publication from now on, and also if the channel is live. */
  private void watch(String name) {
    execute(new Slot(Slot.WATCH).named(name), "watch " + name);
  }

  /** Returns whether that very publication of a channel is live. */
  boolean isLive(String name, long generation) {
    Slot found = lookUp(name);
    return found != null && found.getLong(Slot.GENERATION) == generation;
  }

  /** Returns what the host says of a channel; null if it is not published. */
  private @Nullable Slot lookUp(String name) {
    Slot slot = new Slot(Slot.LOOK_UP).named(name);
    return request(slot) == Status.DONE && slot.getInt(Slot.STATE) == LIVE ? slot : null;
  }

  @SuppressWarnings("MustBeClosedChecker") // the channel closes it
  private GuestChannel join(Slot slot, String name, boolean published) {
    return locked(
        () -> {
          execute(slot, (published ? "publish " : "subscribe to ") + name);
          Arena life = Arena.ofShared();
          boolean made = false;
          try {
            MemorySegment memory =
                device.map(slot.getLong(Slot.OFFSET), slot.getLong(Slot.SIZE), life);
            GuestChannel channel = new GuestChannel(this, name, published, slot, life, memory);
            byHandle.put(channel.handle(), channel);
            made = true;
            return channel;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } finally {
            if (!made) {
              life.close();
              leave(slot.getInt(Slot.HANDLE), published);
            }
          }
        });
  }

  private void leave(int handle, boolean published) {
    int operation = published ? Slot.UNPUBLISH : Slot.UNSUBSCRIBE;
    Status _ = request(new Slot(operation).with(Slot.HANDLE, handle)); // it may have left already
  }

  void leave(GuestChannel channel) {
    lock.lock();
    try {
      if (byHandle.containsKey(channel.handle())) {
        channel.unmap(); // first: an access to what the host has unmapped would end the process
        byHandle.remove(channel.handle());
        if (!closed) {
          leave(channel.handle(), channel.isPublished());
        }
        wakeAll(); // one of them may wait for it
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has all threads that wait look again. With the lock held. */
  private void wakeAll() {
    news.signalAll();
    if (leading) {
      try {
        device.wakeUp();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  private void execute(Slot slot, String what) {
    Status status = request(slot);
    if (status != Status.DONE) {
      throw new RefusedException(status, what);
    }
  }

  /** Has the host execute a request. One slot is enough, because one thread at a time does so. */
  private Status request(Slot slot) {
    return locked(
        () -> {
          requireOpen();
          slot.writeTo(mailbox);
          device.writeInt(REQUEST, 0);
          slot.readFrom(mailbox);
          return slot.status();
        });
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the endpoint is closed");
    }
  }

  /** Rings everybody on the other side of a channel. */
  void ring(int handle) {
    device.writeLong(DOORBELL, EVERY_PEER | handle);
  }

  boolean takeDoorbell(GuestChannel channel) {
    return locked(
        () -> {
          take();
          return channel.takeBell();
        });
  }

  /**
   * Waits for a condition that bells and events change.
   *
   * @param condition looked at with the lock held
   * @return whether it holds
   */
  boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    lock.lockInterruptibly();
    try {
      while (true) {
        requireOpen();
        take();
        if (condition.getAsBoolean()) {
          return true;
        }
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        sleep(Math.min(left, LOOK_NANOS));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Sleeps until something has come, or for no reason. With the lock held, but while it sleeps. */
  @SuppressWarnings("WaitNotInLoop") // the caller loops
  private void sleep(long nanos) throws InterruptedException {
    if (leading) {
      long _ = news.awaitNanos(nanos);
      return;
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    leading = true;
    lock.unlock();
    try {
      device.awaitInterrupt(nanos);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.lock();
      leading = false;
      if (!closed) {
        take();
      }
      news.signalAll();
    }
  }

  /**
   * Takes bells and events, and notes them. Not without end: peers may ring faster than this takes.
   * What is left keeps the line high. With the lock held.
   */
  private void take() {
    if (device.readInt(PENDING) == 0) {
      return;
    }
    int handle = device.readInt(BELL);
    for (int left = byHandle.size(); handle != 0 && left >= 0; left--) {
      GuestChannel channel = byHandle.get(handle);
      if (channel != null) {
        channel.bell();
      }
      handle = left == 0 ? 0 : device.readInt(BELL);
    }
    for (int left = MOST_EVENTS; left > 0; left--) {
      Slot slot = new Slot(Slot.NEXT_EVENT);
      if ((device.readInt(PENDING) & EVENTS) == 0 || request(slot) != Status.DONE) {
        break;
      }
      note(slot.getInt(Slot.EVENT), byHandle.get(slot.getInt(Slot.HANDLE)));
    }
    wakeAll();
  }

  private void note(int event, @Nullable GuestChannel channel) {
    if (event == PUBLISHED || event == LOST) {
      publications++;
    }
    if (event == LOST) {
      byHandle.values().forEach(GuestChannel::event);
    } else if (channel != null && event >= PEER_JOINED && event <= WITHDRAWN) {
      channel.event();
    } else if (channel != null) {
      channel.bell(); // the event of a doorbell that has rung meanwhile
    }
  }

  /**
   * Leaves all channels and gives the device back. Threads that wait end with an exception.
   *
   * @throws IllegalStateException if a native call uses a channel's memory at this moment. Nothing
   *     can be done with the endpoint any more, but it has the device until it is closed again
   */
  @Override
  public void close() {
    lock.lock();
    try {
      if (released) {
        return;
      }
      closed = true;
      wakeAll();
      while (leading) {
        news.awaitUninterruptibly();
      }
      for (GuestChannel channel : List.copyOf(byHandle.values())) {
        leave(channel);
      }
      released = true;
      arena.close();
      device.close(); // the host leaves all channels then
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }
}
