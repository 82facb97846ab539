// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tombolo.ivc.ChannelDriver.Answer;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Event.Kind;
import tombolo.ivc.abi.Layout;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;

/**
 * The rest of the same suite: names, look-up, events and sections, which AxVisor's hypercalls do
 * not have. So it runs by the two front ends that do.
 */
@ParameterizedClass
@EnumSource(
    value = ConformanceFixture.FrontEnd.class,
    names = {"JAVA", "DEVICE"})
class DetailsConformanceTest extends ConformanceFixture {
  @Test
  void theAnswerSaysAllOfTheChannel() {
    Answer out = publish();
    Answer in = subscribe(READER);
    assertThat(out.id()).isEqualTo(new ChannelId(PUBLISHER, KEY)).isEqualTo(in.id());
    assertThat(out.name()).isEqualTo("news").isEqualTo(in.name());
    assertThat(out.writable()).isTrue();
    assertThat(in.writable()).isFalse();
    assertThat(out.layout()).isEqualTo(Layout.RAW).isEqualTo(in.layout());
    assertThat(in.generation()).isEqualTo(out.generation());
    assertThat(in.section()).isEqualTo(Shape.NO_SECTION);
    assertThat(in.state()).isEqualTo(ChannelState.LIVE.code());
    assertThat(out.handle()).isPositive();
  }

  @Test
  void thePublisherIsToldWhoComesAndGoes() {
    Answer out = publish();
    Answer in = subscribe(WRITER);
    expectEvent(PUBLISHER, Kind.PEER_JOINED, out.handle(), WRITER, KEY);
    by(WRITER).unsubscribe(in);
    expectEvent(PUBLISHER, Kind.PEER_LEFT, out.handle(), WRITER, KEY);
    expectNoEvent(PUBLISHER);
  }

  @Test
  void aChannelCanBeNamed() {
    assertThat(by(WRITER).subscribe("news").status()).isEqualTo(Status.NO_SUCH_CHANNEL);
    Answer out = done(by(PUBLISHER).publish("news", PAGE));
    assertThat(out.id()).isEqualTo(new ChannelId(PUBLISHER, KEY));
    assertThat(done(by(WRITER).subscribe("news")).generation()).isEqualTo(out.generation());
    assertThat(by(STRANGER).subscribe("news").status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).subscribe("olds").status()).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).publish("parts", PAGE).status()).isEqualTo(Status.NOT_GRANTED);
  }

  @Test
  void lookingUpTellsOfAChannelWithoutJoiningIt() {
    assertThat(by(READER).lookUp(PUBLISHER, KEY).status()).isEqualTo(Status.NO_SUCH_CHANNEL);
    Answer out = publish();
    Answer found = done(by(READER).lookUp(PUBLISHER, KEY));
    assertThat(found.id()).isEqualTo(out.id());
    assertThat(found.size()).isEqualTo(out.size());
    assertThat(found.generation()).isEqualTo(out.generation());
    assertThat(found.writable()).isFalse();
    assertThat(found.handle()).isZero();
    assertThat(done(by(WRITER).lookUp("news")).writable()).isTrue();
    assertThat(by(STRANGER).lookUp(PUBLISHER, KEY).status()).isEqualTo(Status.NOT_GRANTED);
    Answer in = subscribe(READER);
    assertThat(done(by(READER).lookUp(PUBLISHER, KEY)).handle()).isEqualTo(in.handle());
    by(PUBLISHER).unpublish(out);
    assertThat(done(by(READER).lookUp(PUBLISHER, KEY)).state())
        .isEqualTo(ChannelState.WITHDRAWN.code());
  }

  @Test
  void aListingShowsWhatWasJoinedOrMayBe() {
    publish();
    done(by(PUBLISHER).publish(LARGE, PAGE));
    ChannelDriver.Step first = by(WRITER).list(0);
    assertThat(done(first.answer()).id()).isEqualTo(new ChannelId(PUBLISHER, KEY));
    assertThat(by(WRITER).list(first.cursor()).answer().status()).isEqualTo(Status.END);
    assertThat(by(STRANGER).list(0).answer().status()).isEqualTo(Status.END);
    ChannelDriver.Step own = by(PUBLISHER).list(by(PUBLISHER).list(0).cursor());
    assertThat(done(own.answer()).id()).isEqualTo(new ChannelId(PUBLISHER, LARGE));
    assertThat(own.answer().handle()).isPositive();
  }

  @Test
  void peersAreAllOthersWhoHaveJoined() {
    Answer out = publish();
    assertThat(by(PUBLISHER).peers(out, 0).status()).isEqualTo(Status.END);
    subscribe(WRITER);
    Answer in = subscribe(READER);
    ChannelDriver.PeerStep step = by(PUBLISHER).peers(out, 0);
    assertThat(step.peer()).isEqualTo(WRITER);
    step = by(PUBLISHER).peers(out, step.cursor());
    assertThat(step.peer()).isEqualTo(READER);
    assertThat(by(PUBLISHER).peers(out, step.cursor()).status()).isEqualTo(Status.END);
    assertThat(by(READER).peers(in, 0).peer()).isEqualTo(PUBLISHER);
  }

  @Test
  void aWatchTellsOfEachPublicationUntilTheRunEnds() {
    assertThat(by(STRANGER).watch(PUBLISHER, KEY)).isEqualTo(Status.NOT_GRANTED);
    assertThat(by(WRITER).watch(PUBLISHER, KEY)).isEqualTo(Status.DONE);
    expectNoEvent(WRITER);
    Answer out = publish();
    expectEvent(WRITER, Kind.PUBLISHED, 0, PUBLISHER, KEY);
    by(PUBLISHER).unpublish(out);
    publish();
    expectEvent(WRITER, Kind.PUBLISHED, 0, PUBLISHER, KEY);
    assertThat(by(READER).watch(PUBLISHER, KEY)).isEqualTo(Status.DONE);
    expectEvent(READER, Kind.PUBLISHED, 0, PUBLISHER, KEY);
  }

  @Test
  void aBellIsAnEventWhenThereIsNoOther() {
    Answer out = publish();
    Answer in = subscribe(WRITER);
    by(WRITER).ring(in, PUBLISHER);
    expectEvent(PUBLISHER, Kind.PEER_JOINED, out.handle(), WRITER, KEY);
    expectEvent(PUBLISHER, Kind.DOORBELL, out.handle(), 0, KEY);
    assertThat(by(PUBLISHER).takeBell(out)).isFalse();
  }

  @Test
  void eachSectionIsWrittenByItsOwnerAloneAndReadByAll() {
    Answer out = done(by(PUBLISHER).publish(SECTIONED, 5000, 2, 1));
    assertThat(out.size()).isEqualTo(PAGE + 2 * PAGE + 2 * PAGE);
    assertThat(out.sections()).isEqualTo(2);
    assertThat(out.sectionSize()).isEqualTo(PAGE);
    assertThat(out.section()).isZero();
    Answer writers = done(by(WRITER).subscribe(PUBLISHER, SECTIONED));
    Answer readers = done(by(READER).subscribe(PUBLISHER, SECTIONED));
    assertThat(writers.section()).isEqualTo(1);
    assertThat(readers.section()).isEqualTo(Shape.NO_SECTION);
    for (int page = 0; page < 5; page++) {
      long at = page * PAGE + 256;
      boolean publishers = page == 1 || page == 2;
      assertThat(world.vm(PUBLISHER).store(out.gpa() + at, 1)).isEqualTo(publishers);
      assertThat(world.vm(WRITER).store(writers.gpa() + at, 2)).isEqualTo(page == 3);
      assertThat(world.vm(READER).store(readers.gpa() + at, 3)).isFalse();
      long content = publishers ? 1 : page == 3 ? 2 : 0;
      assertThat(world.vm(READER).load(readers.gpa() + at)).hasValue(content);
    }
  }

  @Test
  void theHeaderOfASectionedChannelSaysWhatDocsSay() {
    Answer out = done(by(PUBLISHER).publish(SECTIONED, PAGE, 2, PAGE));
    Answer in = done(by(WRITER).subscribe(PUBLISHER, SECTIONED));
    AgentVm vm = world.vm(WRITER);
    assertThat(vm.load(in.gpa(), 4)).hasValue(0x43424d54);
    assertThat(vm.load(in.gpa() + 4, 4)).hasValue(1);
    assertThat(vm.load(in.gpa() + 8)).hasValue(out.generation());
    assertThat(vm.load(in.gpa() + 0x10, 4)).hasValue(PUBLISHER);
    assertThat(vm.load(in.gpa() + 0x14, 4)).hasValue(ChannelState.LIVE.code());
    assertThat(vm.load(in.gpa() + 0x18)).hasValue(SECTIONED);
    assertThat(vm.load(in.gpa() + 0x20)).hasValue(PAGE);
    assertThat(vm.load(in.gpa() + 0x28)).hasValue(PAGE);
    assertThat(vm.load(in.gpa() + 0x30)).hasValue(PAGE);
    assertThat(vm.load(in.gpa() + 0x38, 4)).hasValue(2);
    assertThat(vm.load(in.gpa() + 0x40, 4)).hasValue(WRITER);
    assertThat(vm.load(in.gpa() + 0x44, 4)).hasValue(1);
    assertThat(vm.load(in.gpa() + 0x48, 4)).hasValue(0);
    by(PUBLISHER).unpublish(out);
    assertThat(vm.load(in.gpa() + 0x14, 4)).hasValue(ChannelState.WITHDRAWN.code());
  }

  @Test
  void aSectionIsZeroForItsNextOwner() {
    Answer out = done(by(PUBLISHER).publish(SECTIONED, PAGE, 1, PAGE));
    Answer in = done(by(WRITER).subscribe(PUBLISHER, SECTIONED));
    world.vm(WRITER).fill(in.gpa() + 2 * PAGE, PAGE, 1);
    by(WRITER).unsubscribe(in);
    assertThat(world.vm(PUBLISHER).load(out.gpa() + 0x40)).hasValue(1L << 32);
    in = done(by(WRITER).subscribe(PUBLISHER, SECTIONED));
    assertThat(world.vm(WRITER).checksum(in.gpa() + 2 * PAGE, PAGE)).hasValue(0);
    assertThat(world.vm(WRITER).load(in.gpa() + 0x40)).hasValue(2L << 32 | WRITER);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 65, 4096, BAD_LAYOUT",
    "1, -1, 4096, BAD_LAYOUT",
    "0, 1, 4096, BAD_SIZE",
    "4096, 1, 0, BAD_SIZE",
    "4096, 64, 4096, BAD_SIZE",
    "4096, 2, -4096, BAD_SIZE",
    "1099511627776, 64, 1099511627776, BAD_SIZE",
    "9223372036854775807, 64, 288230376151711744, BAD_SIZE",
  })
  void sectionsThatDoNotFitAreRefused(long size, int sections, long sectionSize, Status status) {
    assertThat(by(PUBLISHER).publish(SECTIONED, size, sections, sectionSize).status())
        .isEqualTo(status);
  }

  @Test
  void whereEverySectionHasAnOwnerTheNextWriterIsRefusedAndAReaderIsNot() {
    done(by(PUBLISHER).publish(SECTIONED, PAGE, 0, 0));
    assertThat(by(WRITER).subscribe(PUBLISHER, SECTIONED).status()).isEqualTo(Status.NO_SECTION);
    done(by(READER).subscribe(PUBLISHER, SECTIONED));
  }
}
