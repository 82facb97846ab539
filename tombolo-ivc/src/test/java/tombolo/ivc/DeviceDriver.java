// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Status;

/** The IVC device, as the guest of an {@link AgentVm} uses it by the guest library. */
final class DeviceDriver implements ChannelDriver {
  private static final long A_MINUTE = 600_000_000; // ticks of 100 ns

  private final AgentVm agent;

  DeviceDriver(AgentVm agent) {
    this.agent = agent;
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.allOf(Feature.class);
  }

  private static Answer answer(AgentVm.Command done) {
    if (done.status() != Status.DONE) {
      return Answer.of(done.status());
    }
    return new Answer(
        Status.DONE,
        done.replyInt(AgentVm.HANDLE_FIELD),
        new ChannelId(done.replyInt(AgentVm.PEER_FIELD), done.replyLong(AgentVm.KEY_FIELD)),
        done.gpa(),
        done.replyLong(AgentVm.SIZE_FIELD),
        done.replyLong(AgentVm.GENERATION_FIELD),
        done.replyInt(AgentVm.LAYOUT_FIELD) == 0 ? Layout.RAW : Layout.SECTIONED,
        (done.replyInt(AgentVm.ACCESS_FIELD) & 2) != 0,
        done.replyInt(AgentVm.SECTIONS_FIELD),
        done.replyInt(AgentVm.SECTION_FIELD),
        done.replyLong(AgentVm.SECTION_SIZE_FIELD),
        done.replyInt(AgentVm.STATE_FIELD),
        done.replyName());
  }

  private AgentVm.Command of(int command, Answer channel) {
    return agent.command(command).field(AgentVm.HANDLE_FIELD, channel.handle());
  }

  private AgentVm.Command of(int command, int publisher, long key) {
    return agent
        .command(command)
        .field(AgentVm.PEER_FIELD, publisher)
        .field(AgentVm.KEY_FIELD, key);
  }

  @Override
  public Answer publish(long key, long size) {
    return answer(of(AgentVm.PUBLISH, 0, key).field(AgentVm.SIZE_FIELD, size).run());
  }

  @Override
  public Answer publish(String name, long size) {
    return answer(agent.command(AgentVm.PUBLISH).name(name).field(AgentVm.SIZE_FIELD, size).run());
  }

  @Override
  public Answer publish(long key, long size, int sections, long sectionSize) {
    return answer(
        of(AgentVm.PUBLISH, 0, key)
            .field(AgentVm.SIZE_FIELD, size)
            .field(AgentVm.LAYOUT_FIELD, 1)
            .field(AgentVm.SECTIONS_FIELD, sections)
            .field(AgentVm.SECTION_SIZE_FIELD, sectionSize)
            .run());
  }

  @Override
  public Answer subscribe(int publisher, long key) {
    return answer(of(AgentVm.SUBSCRIBE, publisher, key).run());
  }

  @Override
  public Answer subscribe(String name) {
    return answer(agent.command(AgentVm.SUBSCRIBE).name(name).run());
  }

  @Override
  public Status unpublish(Answer channel) {
    return of(AgentVm.UNPUBLISH, channel).run().status();
  }

  @Override
  public Status unsubscribe(Answer channel) {
    return of(AgentVm.UNSUBSCRIBE, channel).run().status();
  }

  @Override
  public Status ring(Answer channel, int target) {
    return of(AgentVm.RING, channel).field(AgentVm.PEER_FIELD, target).run().status();
  }

  @Override
  public boolean awaitBell(Answer channel) {
    return of(AgentVm.WAIT, channel).with(AgentVm.TICKS, A_MINUTE).run().result() == 1;
  }

  @Override
  public boolean takeBell(Answer channel) {
    return of(AgentVm.WAIT, channel).run().result() == 1;
  }

  @Override
  public Answer lookUp(int publisher, long key) {
    return answer(of(AgentVm.LOOK_UP, publisher, key).run());
  }

  @Override
  public Answer lookUp(String name) {
    return answer(agent.command(AgentVm.LOOK_UP).name(name).run());
  }

  @Override
  public Step list(long cursor) {
    AgentVm.Command done = agent.command(AgentVm.LIST).field(AgentVm.CURSOR_FIELD, cursor).run();
    return new Step(answer(done), done.replyLong(AgentVm.CURSOR_FIELD));
  }

  @Override
  public PeerStep peers(Answer channel, long cursor) {
    AgentVm.Command done = of(AgentVm.PEERS, channel).field(AgentVm.CURSOR_FIELD, cursor).run();
    return new PeerStep(
        done.status(),
        done.replyInt(AgentVm.PEER_FIELD),
        done.replyInt(AgentVm.SECTION_FIELD),
        done.replyLong(AgentVm.CURSOR_FIELD));
  }

  @Override
  public Status watch(int publisher, long key) {
    return of(AgentVm.WATCH, publisher, key).run().status();
  }

  @Override
  public @Nullable Event nextEvent() {
    AgentVm.Command done = agent.command(AgentVm.NEXT_EVENT).run();
    if (done.status() == Status.NO_EVENT) {
      return null;
    }
    return new Event(
        kind(done.replyInt(AgentVm.EVENT_FIELD)),
        done.replyInt(AgentVm.HANDLE_FIELD),
        done.replyInt(AgentVm.PEER_FIELD),
        done.replyLong(AgentVm.KEY_FIELD),
        done.replyLong(AgentVm.GENERATION_FIELD),
        done.replyInt(AgentVm.COUNT_FIELD));
  }

  private static Event.Kind kind(int code) {
    return Arrays.stream(Event.Kind.values())
        .filter(kind -> kind.code() == code)
        .findFirst()
        .orElseThrow();
  }
}
