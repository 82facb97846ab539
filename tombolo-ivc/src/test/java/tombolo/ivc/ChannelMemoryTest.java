// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tombolo.ivc.IvcFixture.PAGE;
import static tombolo.ivc.IvcFixture.refusal;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Quota;
import tombolo.memory.Access;
import tombolo.memory.GuestMemory;
import tombolo.memory.GuestMemoryException;
import tombolo.memory.MemoryRegion;

@DisplayName("The memory of a channel")
@Timeout(60)
final class ChannelMemoryTest {
  private static final ChannelId ID = new ChannelId(1, 0x1122334455667788L);

  /** Without it the device leaves its channels. */
  private static final int BUS_MASTER = 4;

  private static final long LARGE = 2L << 20;

  private final IvcFixture ivc =
      new IvcFixture(
          IvcFixture.anyLayout(1, ID.key(), ID.key(), LARGE, null),
          new Grant.Subscribe(2, 1, ID.key(), ID.key(), true, null),
          new Grant.Subscribe(3, 1, ID.key(), ID.key(), false, null),
          new Grant.Subscribe(4, 1, ID.key(), ID.key(), true, null),
          new Grant.Subscribe(5, 1, ID.key(), ID.key(), true, null));
  private final VmEndpoint alice = ivc.vm(1, 4 << 20, Quota.DEFAULT);
  private final VmEndpoint bob = ivc.vm(2, 4 << 20, Quota.DEFAULT);
  private final VmEndpoint carol = ivc.vm(3);

  @AfterEach
  void close() {
    ivc.close();
  }

  private static GuestMemory memory(VmEndpoint endpoint) {
    return endpoint.vm().memory();
  }

  private static long gpa(VmChannel channel) {
    return channel.gpa().orElseThrow();
  }

  /** What the guest may do with each page of the channel, in order. */
  private static List<Access> pages(VmEndpoint endpoint, VmChannel channel) {
    return Stream.iterate(0L, at -> at < channel.shape().total(), at -> at + PAGE)
        .map(at -> memory(endpoint).regionAt(gpa(channel) + at))
        .map(region -> Objects.requireNonNull(region).access())
        .toList();
  }

  private static Access[] accesses(String pages) {
    return pages
        .chars()
        .mapToObj(c -> c == 'w' ? Access.READ_WRITE : Access.READ)
        .toArray(Access[]::new);
  }

  @Test
  void ofARawOneBeginsWithPublisherAndKeyAndIsZeroBehind() {
    VmChannel published = alice.publish(ID.key(), Shape.raw(2 * PAGE));
    assertThat(memory(alice).readLong(gpa(published))).isEqualTo(1);
    assertThat(memory(alice).readLong(gpa(published) + 8)).isEqualTo(ID.key());
    byte[] rest = new byte[(int) (2 * PAGE - 16)];
    memory(alice).read(gpa(published) + 16, rest, 0, rest.length);
    assertThat(rest).containsOnly(0);
  }

  @Test
  void ofARawOneCanBeWrittenAsTheGrantsSay() {
    VmChannel published = alice.publish(ID.key(), Shape.raw(2 * PAGE));
    VmChannel writer = bob.subscribe(ID);
    VmChannel reader = carol.subscribe(ID);
    assertThat(pages(alice, published)).containsExactly(accesses("ww"));
    assertThat(pages(bob, writer)).containsExactly(accesses("ww"));
    assertThat(pages(carol, reader)).containsExactly(accesses("rr"));
    memory(bob).writeLong(gpa(writer) + PAGE, 42);
    assertThat(memory(carol).readLong(gpa(reader) + PAGE)).isEqualTo(42);
    assertThat(memory(alice).readLong(gpa(published) + PAGE)).isEqualTo(42);
    assertThatThrownBy(() -> memory(carol).writeLong(gpa(reader), 1))
        .isInstanceOf(GuestMemoryException.class);
  }

  @Test
  void ofASectionedOneCanBeWrittenByTheOwnersOfItsSectionsAlone() {
    VmChannel published = alice.publish(ID.key(), Shape.sectioned(2 * PAGE, 2, PAGE));
    VmChannel first = bob.subscribe(ID);
    VmChannel reader = carol.subscribe(ID);
    HostChannel second = ivc.host(4).subscribe(ID);
    assertThat(published.section()).isZero();
    assertThat(first.section()).isEqualTo(1);
    assertThat(reader.section()).isEqualTo(Shape.NO_SECTION);
    assertThat(second.section()).isEqualTo(2);
    assertThat(pages(alice, published)).containsExactly(accesses("rwwrr"));
    assertThat(pages(bob, first)).containsExactly(accesses("rrrwr"));
    assertThat(pages(carol, reader)).containsExactly(accesses("rrrrr"));
    assertThat(second.memory().isReadOnly()).isTrue();
    second.output().set(JAVA_BYTE, 0, (byte) 5);
    assertThat(memory(carol).readByte(gpa(reader) + 4 * PAGE)).isEqualTo((byte) 5);
    assertThat(refusal(() -> ivc.host(5).subscribe(ID))).isEqualTo(Status.NO_SECTION);
  }

  @Test
  void ofASectionedOneHasAHeader() {
    VmChannel published = alice.publish(ID.key(), Shape.sectioned(2 * PAGE, 2, PAGE + 1));
    GuestMemory seen = memory(alice);
    long header = gpa(published);
    assertThat(seen.readInt(header)).isEqualTo(0x43424d54);
    assertThat(seen.readInt(header + 4)).isEqualTo(1);
    assertThat(seen.readLong(header + 8)).isEqualTo(published.generation());
    assertThat(seen.readInt(header + 0x10)).isEqualTo(1);
    assertThat(seen.readInt(header + 0x14)).isEqualTo(1);
    assertThat(seen.readLong(header + 0x18)).isEqualTo(ID.key());
    assertThat(seen.readLong(header + 0x20)).isEqualTo(PAGE);
    assertThat(seen.readLong(header + 0x28)).isEqualTo(2 * PAGE);
    assertThat(seen.readLong(header + 0x30)).isEqualTo(2 * PAGE);
    assertThat(seen.readInt(header + 0x38)).isEqualTo(2);
    byte[] rest = new byte[(int) (PAGE - 0x40)];
    seen.read(header + 0x40, rest, 0, rest.length);
    assertThat(rest).as("no owners yet, and nothing behind").containsOnly(0);
  }

  @Test
  void tellsInItsHeaderWhoOwnsASectionAndHowOftenItWasJoined() {
    VmChannel published = alice.publish(ID.key(), Shape.sectioned(PAGE, 1, PAGE));
    long owner = gpa(published) + 0x40;
    VmChannel joined = bob.subscribe(ID);
    memory(bob).writeLong(gpa(joined) + 2 * PAGE + 8, 99);
    assertThat(memory(alice).readInt(owner)).isEqualTo(2);
    assertThat(memory(alice).readInt(owner + 4)).isEqualTo(1);
    bob.unsubscribe(joined);
    assertThat(memory(alice).readInt(owner)).isZero();
    assertThat(memory(alice).readLong(gpa(published) + 2 * PAGE + 8))
        .as("its last words can still be read")
        .isEqualTo(99);
    ivc.host(4).subscribe(ID);
    assertThat(memory(alice).readInt(owner)).isEqualTo(4);
    assertThat(memory(alice).readInt(owner + 4)).isEqualTo(2);
    assertThat(memory(alice).readLong(gpa(published) + 2 * PAGE + 8))
        .as("zero for a new owner")
        .isZero();
  }

  @Test
  void tellsInItsHeaderThatItIsOrphanedOrWithdrawn() {
    alice.publish(ID.key(), Shape.sectioned(PAGE, 0, 0));
    VmChannel first = carol.subscribe(ID);
    GuestOperations.withEvents(alice).unpublish(0, ID.key());
    assertThat(memory(carol).readInt(gpa(first) + 0x14)).isEqualTo(3);
    alice.publish(ID.key(), Shape.sectioned(PAGE, 0, 0));
    VmChannel second = carol.subscribe(ID);
    alice.vm().stop();
    assertThat(memory(carol).readInt(gpa(second) + 0x14)).isEqualTo(2);
  }

  @Test
  void staysForASubscriberOfAnOrphanAndIsNobodyElses() {
    VmChannel published = alice.publish(ID.key(), Shape.raw(PAGE));
    VmChannel joined = bob.subscribe(ID);
    memory(alice).writeLong(gpa(published) + 16, 42);
    alice.vm().stop();
    VmChannel next = alice.publish(ID.key(), Shape.raw(PAGE));
    memory(alice).writeLong(gpa(next) + 16, 43);
    assertThat(memory(bob).readLong(gpa(joined) + 16)).isEqualTo(42);
    assertThat(next.channel.memory).isNotEqualTo(joined.channel.memory);
  }

  @Test
  void isZeroWhenItIsUsedAgain() {
    for (long size : new long[] {PAGE, LARGE}) {
      VmChannel published = alice.publish(ID.key(), Shape.raw(size));
      MemoryPool.Block block = published.channel.memory;
      memory(alice).fill(gpa(published), size, (byte) 0xa5);
      alice.unpublish(published);
      VmChannel again = alice.publish(ID.key(), Shape.raw(size));
      if (size == PAGE) {
        assertThat(again.channel.memory).as("the same memory").isEqualTo(block);
      }
      byte[] rest = new byte[(int) size - 16];
      memory(alice).read(gpa(again) + 16, rest, 0, rest.length);
      assertThat(rest).containsOnly(0);
      alice.unpublish(again);
    }
  }

  @Test
  void isReachableNoLongerThanTheChannelIsJoined() {
    VmChannel published = alice.publish(ID.key(), Shape.sectioned(PAGE, 2, PAGE));
    VmChannel joined = bob.subscribe(ID);
    long gpa = gpa(joined);
    bob.unsubscribe(joined);
    for (long at = 0; at < 4 * PAGE; at += PAGE) {
      assertThat(memory(bob).regionAt(gpa + at)).isNull();
      assertThat(memory(alice).regionAt(gpa(published) + at)).isNotNull();
    }
  }

  @Test
  void movesWithTheWindowAndStaysWhileThatIsOff() {
    VmChannel published = alice.publish(ID.key(), Shape.raw(PAGE));
    VmChannel joined = bob.subscribe(ID);
    long before = gpa(joined);
    memory(alice).writeLong(gpa(published) + 16, 42);
    long config = 1L << 15;
    bob.vm().board().pci().write(config + 4, 4, BUS_MASTER);
    assertThat(joined.gpa()).isEmpty();
    assertThat(memory(bob).regionAt(before)).isNull();
    bob.vm().board().pci().write(config + 0x18, 4, TestBoard.PCI_BASE + (16 << 20));
    bob.vm().board().pci().write(config + 4, 4, BUS_MASTER | 2);
    assertThat(gpa(joined)).isEqualTo(TestBoard.PCI_BASE + (16 << 20) + joined.offset());
    assertThat(memory(bob).readLong(gpa(joined) + 16)).isEqualTo(42);
  }

  @Test
  void isPartOfTheWindowBehindTheMailbox() {
    VmChannel published = alice.publish(ID.key(), Shape.raw(PAGE));
    MemoryRegion mailbox =
        Objects.requireNonNull(memory(alice).regionAt(gpa(published) - published.offset()));
    assertThat(published.offset()).isEqualTo(PAGE);
    assertThat(mailbox.size()).isEqualTo(PAGE);
    assertThat(mailbox.access()).isEqualTo(Access.READ_WRITE);
    MemoryRegion others = Objects.requireNonNull(memory(bob).regionAt(mailbox.gpa()));
    assertThat(others.host()).as("only its own VM sees it").isNotEqualTo(mailbox.host());
  }
}
