// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.bell.Doorbell;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.ring.RingSnapshot;
import tombolo.ring.RingView;
import tombolo.ring.axvisor.RegionSnapshot;

/**
 * A published channel, from its publication until its last member leaves. Guarded by the
 * directory's lock; what is final may be read by any thread.
 *
 * <p>Of its memory it writes what docs/abi.md, "A channel's memory", says that the host writes, and
 * reads nothing but rings' counters, for people who look on: the rest is the guests' business.
 */
final class Channel {
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final int MAGIC = 0x43424d54;
  private static final int VERSION = 1;
  private static final long STATE = 0x14;
  private static final long OWNERS = 0x40;

  final ChannelId id;
  final @Nullable String name;
  final Shape shape;
  final Endpoint publisher;
  final MemoryPool.Block memory;
  private final MemorySegment segment;

  /**
   * Its number among all that were published; 0 until then. Written under the directory's lock
   * before anybody but its publisher has this object.
   */
  long generation;

  /** Written under the directory's lock. */
  volatile ChannelState state = ChannelState.LIVE;

  /**
   * Counts arrivals, departures and changes of state. Written under the directory's lock, after
   * what has changed and before anybody is told; so who is woken, or looks before it sleeps, sees
   * it.
   */
  volatile int changes;

  /** The publisher's side, while it is there. */
  @Nullable Attachment publisherSide;

  final Map<Endpoint, Attachment> subscribers = new LinkedHashMap<>();
  private final Map<Endpoint, Doorbell> toPublisher = new LinkedHashMap<>();
  private final int[] owners;
  private final int[] owned;

  /**
   * How many endpoints are on their way in or out: they may reach the memory but are no members.
   * The memory is not freed before they are done.
   */
  int passing;

  /**
   * Whether a mapping could not be removed: the memory may still be reached and is never reused.
   */
  boolean leaked;

  /** Whether the memory goes back, or has gone: nobody looks into it any more. */
  boolean freed;

  Channel(
      ChannelId id,
      @Nullable String name,
      Shape shape,
      Endpoint publisher,
      MemoryPool.Block memory) {
    this.id = id;
    this.name = name;
    this.shape = shape;
    this.publisher = publisher;
    this.memory = memory;
    this.segment = memory.host().segment().asSlice(memory.offset(), memory.size());
    this.owners = new int[shape.sections()];
    this.owned = new int[shape.sections()];
  }

  /** Gives the channel its number and writes what the host says in the memory. */
  void number(long itsGeneration) {
    generation = itsGeneration;
    writeFirstWords();
  }

  /** Writes what the host says in the memory, before anybody but the publisher sees it. */
  private void writeFirstWords() {
    if (shape.layout() == Layout.RAW) {
      LONG.set(segment, 0L, (long) id.publisher());
      LONG.set(segment, 8L, id.key());
      return;
    }
    INT.set(segment, 0x00L, MAGIC);
    INT.set(segment, 0x04L, VERSION);
    LONG.set(segment, 0x08L, generation);
    INT.set(segment, 0x10L, id.publisher());
    INT.set(segment, STATE, state.code());
    LONG.set(segment, 0x18L, id.key());
    LONG.set(segment, 0x20L, shape.offsetOf(0));
    LONG.set(segment, 0x28L, shape.size());
    LONG.set(segment, 0x30L, shape.sectionSize());
    INT.set(segment, 0x38L, shape.sections());
  }

  /** Returns the event that tells who watches of this channel. */
  Event published() {
    return new Event(Event.Kind.PUBLISHED, 0, id.publisher(), id.key(), generation, 0);
  }

  void become(ChannelState next) {
    state = next;
    if (shape.layout() == Layout.SECTIONED) {
      INT.setRelease(segment, STATE, next.code());
    }
    changed();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // by who holds the lock
  void changed() {
    changes++;
    publisher.directory.changedLocked();
  }

  /** Returns the owner of a section, as the channel's memory says; 0 is nobody. Any thread. */
  static int sectionOwner(MemorySegment memory, int section) {
    return (int) INT.getAcquire(memory, OWNERS + 8L * (section - 1));
  }

  /** Returns the first subscriber's section without an owner, or {@link Shape#NO_SECTION}. */
  int freeSection() {
    for (int i = 0; i < owners.length; i++) {
      if (owners[i] == 0) {
        return i + 1;
      }
    }
    return Shape.NO_SECTION;
  }

  /** Keeps a section for an endpoint that is on its way in, so that nobody else gets it. */
  void reserve(int section, Endpoint endpoint) {
    owners[section - 1] = endpoint.id();
  }

  /** Tells everybody who owns a section that was reserved, and that is zero by now. */
  void own(int section, Endpoint endpoint) {
    int index = section - 1;
    owned[index]++;
    INT.set(segment, OWNERS + 8L * index + 4, owned[index]);
    INT.setRelease(segment, OWNERS + 8L * index, endpoint.id());
  }

  /** Takes a section from its owner, or who it was kept for, who can't write it any more. */
  void disown(int section) {
    int index = section - 1;
    owners[index] = 0;
    INT.setRelease(segment, OWNERS + 8L * index, 0);
  }

  /**
   * Returns the way by which a subscriber rings the publisher. It is the same one when the
   * subscriber leaves and comes back, and so is its bucket: nobody gets new tokens by subscribing
   * anew.
   */
  @Nullable Doorbell toPublisher(Endpoint subscriber, Supplier<@Nullable Doorbell> fresh) {
    @Nullable Doorbell known = toPublisher.get(subscriber);
    if (known == null) {
      known = fresh.get();
      if (known != null) {
        toPublisher.put(subscriber, known);
      }
    }
    return known;
  }

  /**
   * Returns the rings of messages in it, if there are any where docs/ring-format.md says. With the
   * directory locked, so that the memory stays.
   */
  Optional<? extends RingView> ring() {
    if (freed) {
      return Optional.empty();
    }
    return switch (shape.layout()) {
      case RAW -> RegionSnapshot.of(segment);
      case SECTIONED ->
          RingSnapshot.of(
              section(0),
              IntStream.rangeClosed(1, shape.sections()).mapToObj(this::section).toList());
    };
  }

  /**
   * Returns a section's memory. What its last owner left there is for all members to read, until
   * the section gets another owner.
   */
  MemorySegment section(int number) {
    return segment.asSlice(shape.offsetOf(number), shape.sizeOf(number));
  }

  /** Returns the endpoint that has a section, by its id; 0 is nobody. */
  int owner(int section) {
    return owners[section - 1];
  }

  /**
   * Returns the ways by which subscribers ring the publisher, by the subscriber's id. Who is closed
   * is left out: another endpoint may have that id now.
   */
  NavigableMap<Integer, Doorbell> toPublisher() {
    NavigableMap<Integer, Doorbell> byId = new TreeMap<>();
    toPublisher.forEach(
        (subscriber, bell) -> {
          if (!subscriber.isClosed()) {
            byId.put(subscriber.id(), bell);
          }
        });
    return byId;
  }

  /** Writes state, counters and memory; who has joined is saved by {@link DirectoryState}. */
  void save(StateWriter out) {
    out.number(state.code()).number(changes).numbers(owned).numbers(owners);
    new MemoryPages(segment).save(out);
  }

  /** Reads them back, before anybody has joined. */
  void restore(StateReader in) {
    ChannelState[] states = ChannelState.values();
    state = states[in.int32(states[0].code(), states[states.length - 1].code()) - 1];
    changes = in.int32();
    in.numbers(owned);
    in.numbers(owners);
    new MemoryPages(segment).restore(in);
    if (shape.layout() == Layout.SECTIONED) {
      // Guests can't write the header, and what saved state says of it counts for nothing.
      segment.asSlice(0, Shape.HEADER).fill((byte) 0); // a page; nobody waits for a restore
      writeFirstWords();
      for (int i = 0; i < owners.length; i++) {
        INT.set(segment, OWNERS + 8L * i + 4, owned[i]);
        INT.set(segment, OWNERS + 8L * i, owners[i]);
      }
    }
  }

  /** Returns whether nobody reaches the memory any more, nor will. */
  boolean isDeserted() {
    return publisherSide == null && subscribers.isEmpty() && passing == 0;
  }

  @Override
  public String toString() {
    return "channel %s (%sgeneration %d)"
        .formatted(id, name == null ? "" : name + ", ", generation);
  }
}
