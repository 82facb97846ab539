// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Status;

/**
 * AxVisor's hypercalls, as the guest of an {@link AgentVm} makes them. A refusal is −1 and nothing
 * else; the status is read from the device's CALL_STATUS.
 */
final class HypercallDriver implements ChannelDriver {
  private static final long A_MINUTE = 600_000_000; // ticks of 100 ns

  private final AgentVm agent;

  HypercallDriver(AgentVm agent) {
    this.agent = agent;
    takePulse(0); // from the first wait on, the guest's PLIC lets the interrupt through
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.noneOf(Feature.class);
  }

  private static Status status(AgentVm.Command done) {
    assertThat(done.result()).isEqualTo(done.status() == Status.DONE ? 0 : -1);
    return done.status();
  }

  private static Answer answer(ChannelId id, AgentVm.Command done) {
    return Answer.bare(status(done), id, done.gpa(), done.bytes());
  }

  private AgentVm.Command of(int command, ChannelId id) {
    return agent
        .command(command)
        .field(AgentVm.PEER_FIELD, id.publisher())
        .field(AgentVm.KEY_FIELD, id.key());
  }

  @Override
  public Answer publish(long key, long size) {
    ChannelId id = new ChannelId(agent.id(), key);
    return answer(id, of(AgentVm.HVC_PUBLISH, id).field(AgentVm.SIZE_FIELD, size).run());
  }

  @Override
  public Answer subscribe(int publisher, long key) {
    ChannelId id = new ChannelId(publisher, key);
    return answer(id, of(AgentVm.HVC_SUBSCRIBE, id).run());
  }

  @Override
  public Status unpublish(Answer channel) {
    return status(of(AgentVm.HVC_UNPUBLISH, channel.id()).run());
  }

  @Override
  public Status unsubscribe(Answer channel) {
    return status(of(AgentVm.HVC_UNSUBSCRIBE, channel.id()).run());
  }

  @Override
  public Status ring(Answer channel, int target) {
    return status(of(AgentVm.HVC_NOTIFY, channel.id()).with(AgentVm.VALUE, target).run());
  }

  @Override
  public boolean awaitBell(Answer channel) {
    return takePulse(A_MINUTE);
  }

  @Override
  public boolean takeBell(Answer channel) {
    return takePulse(0);
  }

  private boolean takePulse(long ticks) {
    return agent.command(AgentVm.HVC_WAIT).with(AgentVm.TICKS, ticks).run().result() == 1;
  }

  private static AssertionError absent() {
    return new AssertionError("AxVisor's hypercalls have no such thing");
  }

  @Override
  public Answer publish(String name, long size) {
    throw absent();
  }

  @Override
  public Answer publish(long key, long size, int sections, long sectionSize) {
    throw absent();
  }

  @Override
  public Answer subscribe(String name) {
    throw absent();
  }

  @Override
  public Answer lookUp(int publisher, long key) {
    throw absent();
  }

  @Override
  public Answer lookUp(String name) {
    throw absent();
  }

  @Override
  public Step list(long cursor) {
    throw absent();
  }

  @Override
  public PeerStep peers(Answer channel, long cursor) {
    throw absent();
  }

  @Override
  public Status watch(int publisher, long key) {
    throw absent();
  }

  @Override
  public @Nullable Event nextEvent() {
    throw absent();
  }
}
