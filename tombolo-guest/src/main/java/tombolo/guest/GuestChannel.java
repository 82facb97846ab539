// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import tombolo.ring.channel.RingPlace;

/**
 * A channel that this process has joined: memory as segments, and a doorbell that can be waited
 * for. Leaving the channel, by {@link #close} or with the endpoint, invalidates the segments: an
 * access throws {@link IllegalStateException} from then on.
 *
 * <p>Thread-safe. Others write the memory at any time: read once, check, use the copy.
 */
public final class GuestChannel implements RingPlace {
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  // The header of a channel with sections, which only the host writes.
  private static final long HEADER = 4096;
  private static final long STATE_AT = 0x14;
  private static final long OWNER_AT = 0x40;
  private static final long JOINED_AT = 0x44;
  private static final long OWNER_SIZE = 8;
  private static final int LIVE = 1;

  private static final int STORE = 2;
  private static final int NO_SECTION = -1;

  private final GuestEndpoint endpoint;
  private final String name;
  private final boolean published;
  private final int handle;
  private final long generation;
  private final boolean sectioned;
  private final boolean writable;
  private final int section;
  private final int sections;
  private final long sectionSize;
  private final Arena arena;
  private final MemorySegment memory;

  /** Whether the doorbell has rung. Guarded by the endpoint's lock. */
  private boolean rung;

  /** How many events there were. Written with the endpoint's lock held. */
  private volatile int events;

  /**
   * Makes this side of a channel.
   *
   * @param answer of the device
   * @param memory in {@code arena}, which the channel closes
   */
  GuestChannel(
      GuestEndpoint endpoint,
      String name,
      boolean published,
      Slot answer,
      Arena arena,
      MemorySegment memory) {
    this.endpoint = endpoint;
    this.name = name;
    this.published = published;
    this.handle = answer.getInt(Slot.HANDLE);
    this.generation = answer.getLong(Slot.GENERATION);
    this.sectioned = answer.getInt(Slot.LAYOUT) == Slot.SECTIONED;
    this.writable = (answer.getInt(Slot.ACCESS) & STORE) != 0;
    this.section = answer.getInt(Slot.SECTION);
    this.sections = answer.getInt(Slot.SECTIONS);
    this.sectionSize = answer.getLong(Slot.SECTION_SIZE);
    this.arena = arena;
    this.memory = memory;
  }

  /** Returns the name by which it was joined. */
  public String name() {
    return name;
  }

  /** Returns whether this side publishes it. */
  public boolean isPublished() {
    return published;
  }

  /** Returns whether it has sections; otherwise it is raw. */
  public boolean isSectioned() {
    return sectioned;
  }

  /** Returns the whole channel; read-only unless it is raw and this VM may write it. */
  public MemorySegment memory() {
    return !sectioned && writable ? memory : memory.asReadOnly();
  }

  @Override
  public MemorySegment output() {
    if (sectioned && section != NO_SECTION) {
      return slice(section);
    }
    if (sectioned || !writable) {
      throw new IllegalStateException("read-only: " + this);
    }
    return memory;
  }

  /** Returns the number of subscribers' sections; 0 for a raw channel. */
  @Override
  public int sections() {
    return sections;
  }

  /** Returns the number of this side's section: 0 the publisher's, from 1 a subscriber's, or -1. */
  @Override
  public int section() {
    return section;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IndexOutOfBoundsException if the channel has no such section
   */
  @Override
  public MemorySegment section(int number) {
    return slice(number).asReadOnly();
  }

  private MemorySegment slice(int number) {
    if (!sectioned || number < 0 || number > sections) {
      throw new IndexOutOfBoundsException("section %d of %s".formatted(number, this));
    }
    long publisherSize = memory.byteSize() - HEADER - sections * sectionSize;
    return number == 0
        ? memory.asSlice(HEADER, publisherSize)
        : memory.asSlice(HEADER + publisherSize + (number - 1) * sectionSize, sectionSize);
  }

  @Override
  public boolean isOwned(int number) {
    return (int) INT.getAcquire(memory, OWNER_AT + OWNER_SIZE * (number - 1)) != 0;
  }

  /** Returns whether the publisher is there. For a raw channel this asks the device. */
  @Override
  public boolean isLive() {
    return sectioned
        ? (int) INT.getAcquire(memory, STATE_AT) == LIVE
        : endpoint.isLive(name, generation);
  }

  /**
   * Returns a number that changes whenever anybody joins, leaves or dies. In a raw channel it does
   * so only while a thread of this process waits or takes a doorbell: its memory does not tell.
   */
  @Override
  public int changes() {
    if (!sectioned) {
      return events;
    }
    int sum = (int) INT.getAcquire(memory, STATE_AT);
    if (published) { // a subscriber does not ask for the other ones
      for (int number = 0; number < sections; number++) {
        // Grows by one whenever the section gets or loses an owner.
        sum += 2 * (int) INT.getAcquire(memory, JOINED_AT + OWNER_SIZE * number);
        sum += (int) INT.getAcquire(memory, OWNER_AT + OWNER_SIZE * number) == 0 ? 1 : 0;
      }
    }
    return sum;
  }

  @Override
  public void ring() {
    endpoint.ring(handle);
  }

  /** Takes the doorbell if it has rung; returns whether it had. */
  public boolean takeDoorbell() {
    return endpoint.takeDoorbell(this);
  }

  /**
   * Waits for the doorbell and takes it.
   *
   * @param limit how long at the most
   * @return whether it has rung
   * @throws IllegalStateException if this side leaves the channel
   * @throws java.io.UncheckedIOException if the device fails
   * @throws InterruptedException if the thread is interrupted; noticed within 100 ms
   */
  public boolean awaitDoorbell(Duration limit) throws InterruptedException {
    return endpoint.await(() -> requireOpen().takeBell(), TimeUnit.NANOSECONDS.convert(limit));
  }

  @Override
  public void awaitDoorbellOrChange(int changes, long nanos) throws InterruptedException {
    boolean _ = endpoint.await(() -> requireOpen().takeBell() || changes() != changes, nanos);
  }

  private GuestChannel requireOpen() {
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException("left: " + this);
    }
    return this;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void close() {
    endpoint.leave(this);
  }

  int handle() {
    return handle;
  }

  /** Invalidates the segments. With the endpoint's lock held. */
  void unmap() {
    arena.close();
  }

  /** Notes that the doorbell has rung. With the endpoint's lock held. */
  void bell() {
    rung = true;
  }

  /** Takes the doorbell. With the endpoint's lock held. */
  boolean takeBell() {
    boolean rang = rung;
    rung = false;
    return rang;
  }

  /** Notes that anybody has come or gone. With the endpoint's lock held. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the lock
  void event() {
    events++;
  }

  @Override
  public String toString() {
    return "%s of %s".formatted(published ? "publisher" : "subscriber", name);
  }
}
