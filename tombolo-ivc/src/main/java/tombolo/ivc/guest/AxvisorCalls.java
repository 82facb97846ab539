// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc.guest;

import java.util.function.Supplier;
import tombolo.ivc.Endpoint;
import tombolo.ivc.GuestOperations;
import tombolo.ivc.VmChannel;
import tombolo.ivc.VmEndpoint;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.machine.HypercallHandler.Arguments;
import tombolo.machine.HypercallTable;
import tombolo.memory.GuestMemory;
import tombolo.memory.GuestMemoryException;
import tombolo.memory.MemoryRegion;

/**
 * AxVisor's hypercalls: the other front end, for guests that were written for that hypervisor
 * (docs/abi.md, "AxVisor's hypercalls"). They answer 0 or −1, as such guests expect; the reason of
 * a −1 is in the IVC device's CALL_STATUS and in the log.
 *
 * <p>Called by vCPU threads, several at once; has no state of its own.
 */
final class AxvisorCalls {
  private static final long FAILED = -1;
  private static final int FIRST_UNSUPPORTED = 0;
  private static final int LAST_UNSUPPORTED = 2;
  private static final int PUBLISH = 3;
  private static final int SUBSCRIBE = 4;
  private static final int UNPUBLISH = 5;
  private static final int UNSUBSCRIBE = 6;
  private static final int NOTIFY = 7;

  private final VmEndpoint endpoint;
  private final GuestOperations operations;
  private final GuestMemory memory;
  private final IvcDevice device;

  AxvisorCalls(VmEndpoint endpoint, IvcDevice device) {
    this.endpoint = endpoint;
    this.operations = GuestOperations.withPulses(endpoint);
    this.memory = endpoint.vm().memory();
    this.device = device;
  }

  void register(HypercallTable table) {
    for (int code = FIRST_UNSUPPORTED; code <= LAST_UNSUPPORTED; code++) {
      String what = "make hypercall " + code;
      table.register(
          code,
          _ ->
              result(
                  () -> {
                    throw operations.refusal(Status.UNSUPPORTED, what, null);
                  }));
    }
    table.register(PUBLISH, arguments -> result(() -> publish(arguments)));
    table.register(SUBSCRIBE, arguments -> result(() -> subscribe(arguments)));
    table.register(UNPUBLISH, arguments -> result(() -> unpublish(arguments)));
    table.register(UNSUBSCRIBE, arguments -> result(() -> unsubscribe(arguments)));
    table.register(NOTIFY, arguments -> result(() -> ring(arguments)));
  }

  private long result(Supplier<Status> call) {
    Status status;
    try {
      status = call.get();
    } catch (RefusedException e) {
      status = e.status();
    }
    device.callEnded(status);
    return status == Status.DONE ? 0 : FAILED;
  }

  private Status publish(Arguments arguments) {
    long key = arguments.get(0);
    long baseSlot = requireSlot(arguments.get(1));
    long sizeSlot = requireSlot(arguments.get(2));
    long size = readSlot(sizeSlot);
    operations.publish(key, () -> Shape.raw(size), made -> answer(made, baseSlot, sizeSlot));
    return Status.DONE;
  }

  private Status subscribe(Arguments arguments) {
    ChannelId channelId = channelId(arguments.get(0), arguments.get(1));
    long baseSlot = requireSlot(arguments.get(2));
    long sizeSlot = requireSlot(arguments.get(3));
    operations.subscribe(channelId, made -> answer(made, baseSlot, sizeSlot));
    return Status.DONE;
  }

  private Status unpublish(Arguments arguments) {
    operations.unpublish(0, arguments.get(0));
    return Status.DONE;
  }

  private Status unsubscribe(Arguments arguments) {
    ChannelId channelId = channelId(arguments.get(0), arguments.get(1));
    operations.unsubscribe(0, channelId);
    return Status.DONE;
  }

  private Status ring(Arguments arguments) {
    ChannelId channelId = channelId(arguments.get(0), arguments.get(1));
    long target = arguments.get(2);
    boolean everybody = target == -1L;
    if (!everybody && target != (int) target) {
      throw operations.refusal(Status.NOT_A_PEER, "ring", channelId);
    }
    endpoint.ring(
        operations.requireNewest(channelId, "ring"),
        everybody ? Endpoint.EVERY_PEER : requireId(target, channelId));
    return Status.DONE;
  }

  /** Refuses what would be -1 in 32 bits, which means everybody. */
  private int requireId(long target, ChannelId channelId) {
    if (target < 1) {
      throw operations.refusal(Status.NOT_A_PEER, "ring", channelId);
    }
    return (int) target;
  }

  /** Refuses 64-bit numbers whose low half is an id. */
  private ChannelId channelId(long publisher, long key) {
    if (publisher != (int) publisher) {
      throw operations.refusal(Status.NOT_GRANTED, "use publisher " + publisher, null);
    }
    return new ChannelId((int) publisher, key);
  }

  private long requireSlot(long gpa) {
    MemoryRegion region = (gpa & 7) == 0 && gpa >= 0 ? memory.regionAt(gpa) : null;
    if (region == null || !region.access().canWrite()) {
      throw badAddress(gpa);
    }
    return gpa;
  }

  private long readSlot(long gpa) {
    try {
      return memory.readLong(gpa);
    } catch (GuestMemoryException e) {
      throw badAddress(gpa);
    }
  }

  private RefusedException badAddress(long gpa) {
    return operations.refusal(Status.BAD_ADDRESS, "use the slot at 0x%x".formatted(gpa), null);
  }

  /** Writes the answer; false if the slots are gone, or the guest sees the channel nowhere. */
  private boolean answer(VmChannel made, long baseSlot, long sizeSlot) {
    if (made.gpa().isEmpty()) {
      return false;
    }
    try {
      memory.writeLong(baseSlot, made.gpa().getAsLong());
      memory.writeLong(sizeSlot, made.shape().total());
      return true;
    } catch (GuestMemoryException e) {
      return false;
    }
  }
}
