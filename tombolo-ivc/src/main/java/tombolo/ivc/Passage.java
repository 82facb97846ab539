// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;

/**
 * Takes one endpoint into channels and out of them. It does whatever can take long without the
 * directory's lock: mapping, waiting for the endpoint's vCPUs, zeroing, and giving memory back to
 * the host. So no endpoint waits for that of another one.
 *
 * <p>Called in the endpoint's turn, so one passage of an endpoint comes after the other. In
 * between, others see these states:
 *
 * <ul>
 *   <li><b>Publishing</b>: the endpoint reaches the memory, and nobody knows of the channel. Then
 *       the channel gets its generation and everybody can find it.
 *   <li><b>Subscribing</b>: the channel counts the endpoint as <em>passing</em> and keeps a section
 *       for it. The section is zeroed after it is mapped, because a mapping that fails must leave
 *       no trace. Then the endpoint becomes a member; if the channel has ended meanwhile, it is
 *       refused.
 *   <li><b>Leaving</b>: the endpoint is no member any more, but may still reach the memory. It is
 *       passing, and its section has no other owner. Once it can't, the section is free and the
 *       publisher is told.
 *   <li><b>Deserted</b>: no member, nobody passing. Nobody can join such a channel, because its
 *       publisher has left. Whoever left last zeroes the memory and gives it back; until then it
 *       counts against the publisher's quota.
 * </ul>
 */
final class Passage {
  private final Endpoint endpoint;
  private final Directory directory;
  private final Membership membership;

  Passage(Endpoint endpoint) {
    this.endpoint = endpoint;
    this.directory = endpoint.directory;
    this.membership = endpoint.membership;
  }

  /**
   * Lets the publisher see the memory of a channel that it has made, and everybody find it. Where
   * that fails, the memory is free again.
   *
   * @param answer see {@link Membership#enterAsPublisher}; called with the directory locked
   */
  void publish(Attachment made, Predicate<Attachment> answer) {
    boolean mapped = false;
    boolean entered = false;
    try {
      made.map();
      mapped = true;
      entered = directory.locked(() -> membership.enterAsPublisher(made, answer));
    } finally {
      if (!entered) {
        if (mapped) {
          made.unmap(); // where this throws, the memory is never used again
        }
        directory.channels.pool.free(made.channel.memory);
      }
    }
    requireAnswer(entered, "publish", made);
  }

  /**
   * Takes the endpoint into a channel that was kept for it by {@link Membership#expect}.
   *
   * @param answer see {@link Membership#enterAsSubscriber}; called with the directory locked
   */
  void subscribe(Attachment made, Predicate<Attachment> answer) {
    boolean entered = false;
    boolean unmapped = true;
    try {
      made.map();
      unmapped = false;
      if (made.section() != Shape.NO_SECTION) {
        directory.channels.pool.zero(made.channel.section(made.section()));
      }
      entered = directory.locked(() -> enter(made, answer));
    } finally {
      if (!entered) {
        giveUp(made, unmapped);
      }
    }
    requireAnswer(entered, "subscribe", made);
  }

  private boolean enter(Attachment made, Predicate<Attachment> answer) {
    if (made.channel.state != ChannelState.LIVE) {
      throw endpoint.refusal(Status.NO_SUCH_CHANNEL, "subscribe", made.id());
    }
    return membership.enterAsSubscriber(made, answer);
  }

  private void giveUp(Attachment made, boolean neverMapped) {
    boolean unmapped = neverMapped;
    try {
      if (!neverMapped) {
        made.unmap();
        unmapped = true;
      }
    } finally {
      boolean gone = unmapped;
      if (directory.locked(() -> membership.pass(made, gone))) {
        directory.free(made.channel);
      }
    }
  }

  private void requireAnswer(boolean entered, String what, Attachment made) {
    if (!entered) {
      throw endpoint.refusal(Status.BAD_ADDRESS, what, made.id());
    }
  }

  /** Leaves a channel; one that the endpoint has published becomes withdrawn. */
  void leave(Attachment side) {
    directory.withLock(() -> membership.beginToLeave(side, ChannelState.WITHDRAWN));
    endLeaving(side);
  }

  private void endLeaving(Attachment side) {
    boolean unmapped = false;
    try {
      side.unmap();
      unmapped = true;
    } finally {
      boolean gone = unmapped;
      if (directory.locked(() -> membership.left(side, gone))) {
        directory.free(side.channel);
      }
    }
  }

  /**
   * Leaves some channels as if the endpoint died, watches nothing any more and forgets all events.
   * All peers are told of the end of its channels before any memory is zeroed.
   */
  void leaveAll(Predicate<Attachment> which) {
    List<Attachment> leaving = new ArrayList<>();
    for (Attachment side : directory.locked(membership::all)) {
      if (which.test(side)) {
        directory.withLock(() -> membership.beginToLeave(side, ChannelState.ORPHANED));
        leaving.add(side);
      }
    }
    RuntimeException failure = null;
    for (Attachment side : leaving) {
      try {
        endLeaving(side);
      } catch (RuntimeException e) {
        failure = e; // one that can't be given back must not keep the others
      }
    }
    directory.withLock(membership::forgetAll);
    if (failure != null) {
      throw failure;
    }
  }
}
