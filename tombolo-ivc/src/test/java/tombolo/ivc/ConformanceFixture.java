// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import tombolo.ivc.ChannelDriver.Answer;
import tombolo.ivc.ChannelDriver.Feature;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Event.Kind;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Quota;
import tombolo.memory.HostMemory;

/**
 * Four VMs and what is granted to them, by one of the front ends: what the conformance suite's
 * tests have in common.
 */
abstract class ConformanceFixture {
  enum FrontEnd {
    JAVA,
    DEVICE,
    HYPERCALLS;

    ChannelDriver driver(AgentVm vm) {
      return switch (this) {
        case JAVA -> new JavaDriver(vm.endpoint);
        case DEVICE -> new DeviceDriver(vm);
        case HYPERCALLS -> new HypercallDriver(vm);
      };
    }
  }

  static final int PUBLISHER = 1;
  static final int WRITER = 2;
  static final int READER = 3;
  static final int STRANGER = 4;

  static final long KEY = 10;
  static final long SILENT = 11; // a channel whose publisher may not ring
  static final long SECTIONED = 12;
  static final long LARGE = 13;
  static final long PAGE = HostMemory.PAGE_SIZE;
  static final long MAX = 64 << 10;
  static final Quota QUOTA = new Quota(3, 2 * MAX);
  static final long WINDOW = 256 << 10;

  static final Grant[] GRANTS = {
    Grant.Publish.of(PUBLISHER, KEY, MAX, "news"),
    Grant.Subscribe.of(WRITER, PUBLISHER, KEY, true),
    Grant.Subscribe.of(READER, PUBLISHER, KEY, false),
    new Grant.Publish(PUBLISHER, SILENT, SILENT, MAX, Layout.RAW, null, null),
    Grant.Subscribe.of(WRITER, PUBLISHER, SILENT, true),
    new Grant.Publish(
        PUBLISHER, SECTIONED, SECTIONED, MAX, Layout.SECTIONED, "parts", DoorbellRate.DEFAULT),
    Grant.Subscribe.of(WRITER, PUBLISHER, SECTIONED, true),
    Grant.Subscribe.of(READER, PUBLISHER, SECTIONED, false),
    Grant.Publish.of(PUBLISHER, LARGE, 1 << 20, null),
    Grant.Publish.of(WRITER, KEY, 1 << 20, null),
  };

  @Parameter FrontEnd frontEnd = FrontEnd.JAVA;

  final long memoriesBefore = HostMemory.liveCount();
  World world = new World(0);
  final ChannelDriver[] drivers = new ChannelDriver[5];

  @BeforeEach
  void boot() {
    world = new World(4, QUOTA, WINDOW, GRANTS);
    for (int id = 1; id <= 4; id++) {
      drivers[id] = frontEnd.driver(world.vm(id));
    }
  }

  @AfterEach
  void nothingIsLeft() {
    world.close();
    assertThat(HostMemory.liveCount()).isEqualTo(memoriesBefore);
  }

  final ChannelDriver by(int id) {
    return drivers[id];
  }

  final Answer publish() {
    return done(by(PUBLISHER).publish(KEY, 4 * PAGE));
  }

  final Answer subscribe(int id) {
    return done(by(id).subscribe(PUBLISHER, KEY));
  }

  static Answer done(Answer answer) {
    assertThat(answer.status()).isEqualTo(Status.DONE);
    return answer;
  }

  final void expectEvent(int id, Kind kind, int handle, int peer, long key) {
    if (by(id).features().contains(Feature.EVENTS)) {
      Event event = requireNonNull(by(id).nextEvent(), () -> "no event, but " + kind);
      assertThat(event.kind()).isEqualTo(kind);
      assertThat(event.handle()).isEqualTo(handle);
      assertThat(event.peer()).isEqualTo(peer);
      assertThat(event.key()).isEqualTo(key);
    }
  }

  final void expectNoEvent(int id) {
    if (by(id).features().contains(Feature.EVENTS)) {
      assertThat(by(id).nextEvent()).isNull();
    }
  }

  final void expectFault(int id, long gpa) {
    assertThat(world.vm(id).load(gpa)).isEmpty();
    assertThat(world.vm(id).store(gpa, 1)).isFalse();
  }
}
