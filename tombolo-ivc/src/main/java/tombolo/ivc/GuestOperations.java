// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Role;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.bell.Bell;
import tombolo.ivc.bell.Inbox;

/**
 * The operations of a VM's endpoint as a guest asks for them: by handle or key, and with the answer
 * written to the guest before anybody else sees the result. For front ends. Operations that need
 * neither are the {@link Endpoint}'s own.
 *
 * <p>What a guest joins by one such object tells of rings and peers in one of two ways: by pending
 * bells and events, or by a pulse of an interrupt for each ring. Thread-safe.
 */
public final class GuestOperations {
  private final VmEndpoint endpoint;
  private final boolean pulsed;

  /** Learns what waits for a guest. Called with the inbox locked, so it waits for nothing. */
  public interface Signal {
    /** Tells what waits now; called whenever that changes, and perhaps when it does not. */
    void changed(boolean bells, boolean events);

    /** Tells that a bell has rung of a channel that was joined with pulses. */
    void pulse();
  }

  private GuestOperations(VmEndpoint endpoint, boolean pulsed) {
    this.endpoint = endpoint;
    this.pulsed = pulsed;
  }

  /** Returns operations whose channels have pending bells, and events. */
  public static GuestOperations withEvents(VmEndpoint endpoint) {
    return new GuestOperations(endpoint, false);
  }

  /** Returns operations whose channels pulse an interrupt at each ring, and have no events. */
  public static GuestOperations withPulses(VmEndpoint endpoint) {
    return new GuestOperations(endpoint, true);
  }

  /**
   * Publishes a channel and tells the guest.
   *
   * @param shape what the guest asked for; a refusal that it throws becomes this endpoint's
   * @param answer tells the guest, before anybody else knows of the channel; false if the guest
   *     can't be told: there is no channel then. Called with the directory locked: waits for
   *     nothing
   * @throws RefusedException also with {@link Status#BAD_ADDRESS} if the guest can't be told
   */
  public void publish(long key, Supplier<Shape> shape, Predicate<VmChannel> answer) {
    endpoint.publish(key, () -> shape(shape), pulsed, made -> answer.test((VmChannel) made));
  }

  /**
   * Subscribes to a channel and tells the guest.
   *
   * @param answer see {@link #publish}
   */
  public void subscribe(ChannelId id, Predicate<VmChannel> answer) {
    endpoint.subscribe(id, pulsed, made -> answer.test((VmChannel) made));
  }

  private Shape shape(Supplier<Shape> asked) {
    try {
      return asked.get();
    } catch (RefusedException e) {
      throw endpoint.refusal(e.status(), "publish", null);
    }
  }

  /** Unpublishes by handle, or with handle 0 by key: the channel that was published first. */
  public void unpublish(int handle, long key) {
    endpoint.leave(handle, new ChannelId(endpoint.id(), key), Role.PUBLISHER);
  }

  /** Unsubscribes by handle, or with handle 0 by channel: the one that was joined first. */
  public void unsubscribe(int handle, ChannelId id) {
    endpoint.leave(handle, id, Role.SUBSCRIBER);
  }

  /** Returns the attachment with this handle; refused if there is none. */
  public Attachment require(int handle) {
    return endpoint.require(handle);
  }

  /** Returns the attachment of this channel that was joined last; refused if there is none. */
  public Attachment requireNewest(ChannelId id, String what) {
    return endpoint.operation(
        what,
        () -> {
          Attachment newest = endpoint.membership.newest(id);
          if (newest == null) {
            throw endpoint.refusal(Status.BAD_HANDLE, what, id);
          }
          return newest;
        });
  }

  /** Takes the next event, or null; a doorbell is one when there is no other. */
  public @Nullable Event nextEvent() {
    return endpoint.inbox.takeEvent();
  }

  /** Takes the bell that has waited longest and returns its channel's handle, or 0 if none has. */
  public int takeBell() {
    Bell rung = endpoint.inbox.takeBell();
    return rung == null ? 0 : rung.handle();
  }

  /** Replaces the guest's signal, which is told at once what waits. */
  public void onPending(Signal signal) {
    endpoint.inbox.signal(
        new Inbox.Signal() {
          @Override
          public void changed(boolean bells, boolean events) {
            signal.changed(bells, events);
          }

          @Override
          public void pulse() {
            signal.pulse();
          }
        });
  }

  /**
   * Leaves what was joined in this object's way, in the middle of a run, as if the endpoint died:
   * peers are told, all watches end, events are forgotten. Handles are not used again.
   */
  public void leaveJoined() {
    endpoint.leave(channel -> channel.bell.pulsed() == pulsed);
  }

  /** Counts and logs a refusal of what a guest has asked, for the caller to throw. */
  public RefusedException refusal(Status status, String what, @Nullable ChannelId id) {
    return endpoint.refusal(status, what, id);
  }
}
