// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelInfo;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Listing;
import tombolo.ivc.abi.Peer;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;

/** The Java API: an endpoint that Java code uses on the VM's behalf. */
final class JavaDriver implements ChannelDriver {
  private final VmEndpoint endpoint;

  JavaDriver(VmEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.allOf(Feature.class);
  }

  private static Answer answer(Supplier<Answer> body) {
    try {
      return body.get();
    } catch (RefusedException e) {
      return Answer.of(e.status());
    }
  }

  private static Status status(Runnable body) {
    try {
      body.run();
      return Status.DONE;
    } catch (RefusedException e) {
      return e.status();
    }
  }

  private static Answer joined(VmChannel made) {
    String name = made.name();
    return new Answer(
        Status.DONE,
        made.handle(),
        made.id(),
        made.gpa().orElseThrow(),
        made.shape().total(),
        made.generation(),
        made.shape().layout(),
        made.writable(),
        made.shape().sections(),
        made.section(),
        made.shape().sectionSize(),
        made.state().code(),
        name == null ? "" : name);
  }

  private static Answer info(ChannelInfo found) {
    String name = found.name();
    return new Answer(
        Status.DONE,
        found.handle(),
        found.id(),
        0,
        found.shape().total(),
        found.generation(),
        found.shape().layout(),
        found.writable(),
        found.shape().sections(),
        0,
        found.shape().sectionSize(),
        found.state().code(),
        name == null ? "" : name);
  }

  private VmChannel mine(Answer channel) {
    return (VmChannel) endpoint.require(channel.handle());
  }

  @Override
  public Answer publish(long key, long size) {
    return answer(() -> joined(endpoint.publish(key, Shape.raw(size))));
  }

  @Override
  public Answer publish(String name, long size) {
    return answer(() -> joined(endpoint.publish(endpoint.resolve(name).key(), Shape.raw(size))));
  }

  @Override
  public Answer publish(long key, long size, int sections, long sectionSize) {
    return answer(
        () -> joined(endpoint.publish(key, Shape.sectioned(size, sections, sectionSize))));
  }

  @Override
  public Answer subscribe(int publisher, long key) {
    return answer(() -> joined(endpoint.subscribe(new ChannelId(publisher, key))));
  }

  @Override
  public Answer subscribe(String name) {
    return answer(() -> joined(endpoint.subscribe(endpoint.resolve(name))));
  }

  @Override
  public Status unpublish(Answer channel) {
    return status(() -> endpoint.unpublish(mine(channel)));
  }

  @Override
  public Status unsubscribe(Answer channel) {
    return status(() -> endpoint.unsubscribe(mine(channel)));
  }

  @Override
  public Status ring(Answer channel, int target) {
    return status(() -> endpoint.ring(mine(channel), target));
  }

  @Override
  public boolean awaitBell(Answer channel) {
    return takeBell(channel); // a ring is through when it returns
  }

  @Override
  public boolean takeBell(Answer channel) {
    return endpoint.inbox.takeBell(mine(channel).bell);
  }

  @Override
  public Answer lookUp(int publisher, long key) {
    return answer(() -> info(endpoint.lookUp(new ChannelId(publisher, key))));
  }

  @Override
  public Answer lookUp(String name) {
    return answer(() -> info(endpoint.lookUp(endpoint.resolve(name))));
  }

  @Override
  public Step list(long cursor) {
    Listing<ChannelInfo> step = endpoint.list(cursor);
    ChannelInfo found = step.element();
    return new Step(found == null ? Answer.of(step.status()) : info(found), step.cursor());
  }

  @Override
  public PeerStep peers(Answer channel, long cursor) {
    Listing<Peer> step = endpoint.peers(mine(channel), cursor);
    Peer peer = step.element();
    return peer == null
        ? new PeerStep(step.status(), 0, 0, step.cursor())
        : new PeerStep(step.status(), peer.endpoint(), peer.section(), step.cursor());
  }

  @Override
  public Status watch(int publisher, long key) {
    return status(() -> endpoint.watch(new ChannelId(publisher, key)));
  }

  @Override
  public @Nullable Event nextEvent() {
    return endpoint.inbox.takeEvent();
  }
}
