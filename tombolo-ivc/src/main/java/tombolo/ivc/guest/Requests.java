// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.guest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.Endpoint;
import tombolo.ivc.GuestOperations;
import tombolo.ivc.VmChannel;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelInfo;
import tombolo.ivc.abi.ChannelName;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Listing;
import tombolo.ivc.abi.Peer;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;

/**
 * The mailbox. Its endpoint does what a guest asks for by a request slot (docs/abi.md, "A request
 * slot" and "Operations").
 *
 * <p>Called by vCPU threads, several at once. A slot is copied before anything is looked at, since
 * the guest may write it meanwhile; the answer goes to the slot field by field, the status last.
 */
final class Requests {
  static final int SLOTS = 16;

  private static final int SLOT_BYTES = 256;
  private static final int READ_BYTES = 0xa0;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle STATUS_WORD =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final int OPERATION = 0x00;
  private static final int STATUS = 0x04;
  private static final int HANDLE = 0x08;
  private static final int PEER = 0x0c;
  private static final int KEY = 0x10;
  private static final int SIZE = 0x18;
  private static final int OFFSET = 0x20;
  private static final int GENERATION = 0x28;
  private static final int LAYOUT = 0x30;
  private static final int ACCESS = 0x34;
  private static final int SECTIONS = 0x38;
  private static final int SECTION = 0x3c;
  private static final int SECTION_SIZE = 0x40;
  private static final int CURSOR = 0x48;
  private static final int EVENT = 0x50;
  private static final int STATE = 0x54;
  private static final int COUNT = 0x58;
  private static final int NAME_LENGTH = 0x5c;
  private static final int NAME = 0x60;

  private static final int LOAD = 1;
  private static final int STORE = 2;

  private final Endpoint endpoint;
  private final GuestOperations operations;
  private final MemorySegment mailbox;

  /**
   * @param mailbox 4 KiB that the guest can write
   */
  Requests(Endpoint endpoint, GuestOperations operations, MemorySegment mailbox) {
    this.endpoint = endpoint;
    this.operations = operations;
    this.mailbox = mailbox;
  }

  /** Does the request in a slot. Never throws for what a guest has written. */
  void execute(int number) {
    if (number < 0 || number >= SLOTS) {
      operations.refusal(Status.BAD_SLOT, "use request slot " + number, null);
      return;
    }
    MemorySegment slot = mailbox.asSlice((long) number * SLOT_BYTES, SLOT_BYTES);
    Request request = new Request(slot);
    Status status;
    try {
      status = request.execute();
    } catch (RefusedException e) {
      status = e.status();
    }
    STATUS_WORD.setRelease(slot, (long) STATUS, status.code());
  }

  /** One request: a copy of what the guest wrote, and the slot for the answer. */
  private final class Request {
    private final MemorySegment slot;
    private final MemorySegment asked = MemorySegment.ofArray(new byte[READ_BYTES]);

    Request(MemorySegment slot) {
      this.slot = slot;
      asked.copyFrom(slot.asSlice(0, READ_BYTES));
    }

    Status execute() {
      switch (asked.get(INT, OPERATION)) {
        case 1 -> operations.publish(ownKey(), this::shape, this::joined);
        case 2 -> operations.subscribe(channelId(), this::joined);
        case 3 -> operations.unpublish(handle(), asked.get(LONG, KEY));
        case 4 -> operations.unsubscribe(handle(), plainId());
        case 5 -> info(endpoint.lookUp(channelId()));
        case 6 -> {
          return list();
        }
        case 7 -> endpoint.ring(operations.require(handle()), peer());
        case 8 -> {
          return nextEvent();
        }
        case 9 -> endpoint.watch(channelId());
        case 10 -> {
          return peers();
        }
        default ->
            throw operations.refusal(
                Status.UNKNOWN_OPERATION, "do operation " + asked.get(INT, OPERATION), null);
      }
      return Status.DONE;
    }

    private int handle() {
      return asked.get(INT, HANDLE);
    }

    private int peer() {
      return asked.get(INT, PEER);
    }

    private ChannelId plainId() {
      return new ChannelId(peer(), asked.get(LONG, KEY));
    }

    /** Returns the channel that the request names, or null if it names none. */
    private @Nullable ChannelId named() {
      int length = asked.get(INT, NAME_LENGTH);
      if (length == 0) {
        return null;
      }
      if (length < 0 || length > ChannelName.MAX_LENGTH) {
        throw operations.refusal(Status.BAD_NAME, "use a name of " + length + " bytes", null);
      }
      byte[] bytes = asked.asSlice(NAME, length).toArray(ValueLayout.JAVA_BYTE);
      String name = new String(bytes, StandardCharsets.ISO_8859_1);
      if (!ChannelName.isValid(name)) {
        throw operations.refusal(Status.BAD_NAME, "use a name", null);
      }
      return endpoint.resolve(name);
    }

    private ChannelId channelId() {
      ChannelId byName = named();
      return byName == null ? plainId() : byName;
    }

    private long ownKey() {
      ChannelId byName = named();
      if (byName == null) {
        return asked.get(LONG, KEY);
      }
      if (byName.publisher() != endpoint.id()) {
        throw operations.refusal(Status.NOT_GRANTED, "publish", byName);
      }
      return byName.key();
    }

    private Shape shape() {
      long size = asked.get(LONG, SIZE);
      int sections = asked.get(INT, SECTIONS);
      long sectionSize = asked.get(LONG, SECTION_SIZE);
      return switch (asked.get(INT, LAYOUT)) {
        case 0 -> Shape.raw(size);
        case 1 -> Shape.sectioned(size, sections, sectionSize);
        default -> throw new RefusedException(Status.BAD_LAYOUT, "no such layout");
      };
    }

    private boolean joined(VmChannel made) {
      slot.set(INT, HANDLE, made.handle());
      slot.set(LONG, OFFSET, made.offset());
      channel(made.id(), made.name(), made.generation(), made.shape(), made.state());
      slot.set(INT, ACCESS, access(made.writable()));
      slot.set(INT, SECTION, made.section());
      return true;
    }

    private void info(ChannelInfo found) {
      slot.set(INT, HANDLE, found.handle());
      channel(found.id(), found.name(), found.generation(), found.shape(), found.state());
      slot.set(INT, ACCESS, access(found.writable()));
    }

    private void channel(
        ChannelId id, @Nullable String name, long generation, Shape shape, ChannelState state) {
      slot.set(INT, PEER, id.publisher());
      slot.set(LONG, KEY, id.key());
      slot.set(LONG, SIZE, shape.total());
      slot.set(LONG, GENERATION, generation);
      slot.set(INT, LAYOUT, shape.layout().code());
      slot.set(INT, SECTIONS, shape.sections());
      slot.set(LONG, SECTION_SIZE, shape.sectionSize());
      slot.set(INT, STATE, state.code());
      byte[] bytes = name == null ? new byte[0] : name.getBytes(StandardCharsets.ISO_8859_1);
      slot.set(INT, NAME_LENGTH, bytes.length);
      MemorySegment.copy(bytes, 0, slot, ValueLayout.JAVA_BYTE, NAME, bytes.length);
    }

    private static int access(boolean writable) {
      return writable ? LOAD | STORE : LOAD;
    }

    private Status list() {
      Listing<ChannelInfo> step = endpoint.list(asked.get(LONG, CURSOR));
      slot.set(LONG, CURSOR, step.cursor());
      if (step.element() != null) {
        info(step.element());
      }
      return step.status();
    }

    private Status peers() {
      Listing<Peer> step = endpoint.peers(operations.require(handle()), asked.get(LONG, CURSOR));
      slot.set(LONG, CURSOR, step.cursor());
      if (step.element() != null) {
        slot.set(INT, PEER, step.element().endpoint());
        slot.set(INT, SECTION, step.element().section());
      }
      return step.status();
    }

    private Status nextEvent() {
      Event next = operations.nextEvent();
      if (next == null) {
        return Status.NO_EVENT;
      }
      slot.set(INT, EVENT, next.kind().code());
      slot.set(INT, HANDLE, next.handle());
      slot.set(INT, PEER, next.peer());
      slot.set(LONG, KEY, next.key());
      slot.set(LONG, GENERATION, next.generation());
      slot.set(INT, COUNT, next.count());
      return Status.DONE;
    }
  }
}
