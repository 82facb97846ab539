// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tombolo.ivc.IvcFixture.PAGE;
import static tombolo.ivc.IvcFixture.refusal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.Event;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Grant;

@DisplayName("A host endpoint")
@Timeout(60)
final class HostEndpointTest {
  private static final ChannelId ID = new ChannelId(1, 7);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final IvcFixture ivc =
      new IvcFixture(
          Grant.Publish.of(1, 7, 8 * PAGE, "greeting"),
          Grant.Subscribe.of(2, 1, 7, true),
          Grant.Subscribe.of(3, 1, 7, false),
          Grant.Subscribe.of(4, 1, 7, true));
  private final HostEndpoint alice = ivc.host(1);
  private final HostEndpoint bob = ivc.host(2);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    threads.shutdownNow();
    ivc.close();
  }

  private static <T> T get(Future<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  /** Until a thread waits for something of this endpoint. */
  @SuppressWarnings("ThreadPriorityCheck") // gives way, for there may be fewer CPUs than threads
  private static void awaitWaiter(HostEndpoint endpoint) {
    while (!endpoint.isAwaited()) {
      Thread.yield();
    }
  }

  @Test
  void talksWithAVm() {
    VmEndpoint guest = ivc.vm(4);
    HostChannel published = alice.publish("greeting", Shape.raw(PAGE));
    VmChannel joined = guest.subscribe(ID);
    published.memory().set(JAVA_BYTE, 100, (byte) 42);
    assertThat(guest.vm().memory().readByte(joined.gpa().orElseThrow() + 100)).isEqualTo((byte) 42);
    published.ring();
    assertThat(guest.inbox.takeBell()).isSameAs(joined.bell);
  }

  @Test
  void seesNoByteOutsideTheChannel() {
    HostChannel published = alice.publish(7, Shape.raw(PAGE));
    assertThat(published.memory().byteSize()).isEqualTo(PAGE);
    assertThatThrownBy(() -> published.memory().get(JAVA_BYTE, PAGE))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void writesOnlyWhatItsGrantSays() {
    alice.publish(7, Shape.raw(PAGE));
    HostChannel writer = bob.subscribe("greeting");
    HostChannel reader = ivc.host(3).subscribe("greeting");
    writer.output().set(JAVA_BYTE, 16, (byte) 1);
    assertThat(reader.memory().get(JAVA_BYTE, 16)).isEqualTo((byte) 1);
    assertThat(reader.memory().isReadOnly()).isTrue();
    assertThatIllegalStateException().isThrownBy(reader::output);
    assertThat(refusal(() -> bob.publish("greeting", Shape.raw(PAGE))))
        .isEqualTo(Status.NOT_GRANTED);
  }

  @Test
  void writesItsOwnSectionOnly() {
    HostChannel published = alice.publish(7, Shape.sectioned(PAGE, 1, 2 * PAGE));
    HostChannel joined = bob.subscribe(ID);
    assertThat(published.output().byteSize()).isEqualTo(PAGE);
    assertThat(joined.output().byteSize()).isEqualTo(2 * PAGE);
    assertThat(joined.memory().isReadOnly()).isTrue();
    joined.output().set(JAVA_BYTE, 0, (byte) 9);
    assertThat(published.memory().get(JAVA_BYTE, 2 * PAGE)).isEqualTo((byte) 9);
  }

  @Test
  void canNotTouchWhatItHasLeft() {
    HostChannel published = alice.publish(7, Shape.raw(PAGE));
    HostChannel joined = bob.subscribe(ID);
    MemorySegment slice = joined.output().asSlice(16, 16);
    joined.close();
    joined.close();
    assertThatIllegalStateException().isThrownBy(() -> slice.get(JAVA_BYTE, 0));
    assertThatIllegalStateException().isThrownBy(() -> joined.memory().get(JAVA_BYTE, 0));
    assertThat(published.memory().get(JAVA_BYTE, 16)).as("others can").isZero();
    alice.close();
    assertThatIllegalStateException().isThrownBy(() -> published.memory().get(JAVA_BYTE, 0));
  }

  @Test
  void waitsForADoorbellInVainNoLongerThanItSays() throws InterruptedException {
    HostChannel published = alice.publish(7, Shape.raw(PAGE));
    assertThat(published.awaitDoorbell(Duration.ZERO)).isFalse();
    assertThat(published.awaitDoorbell(Duration.ofMillis(5))).isFalse();
    assertThat(alice.nextEvent(Duration.ofMillis(5))).isEmpty();
  }

  @Test
  void isWokenByADoorbell() throws InterruptedException, ExecutionException, TimeoutException {
    HostChannel published = alice.publish(7, Shape.raw(PAGE));
    HostChannel joined = bob.subscribe(ID);
    Future<Boolean> waiting = threads.submit(() -> published.awaitDoorbell(LONG));
    awaitWaiter(alice);
    joined.ring();
    assertThat(get(waiting)).isTrue();
    assertThat(published.awaitDoorbell(Duration.ZERO)).as("it was taken").isFalse();
    joined.ring();
    assertThat(published.awaitDoorbell(LONG)).as("it has rung before").isTrue();
  }

  @Test
  void isWokenByAnEvent() throws InterruptedException, ExecutionException, TimeoutException {
    HostChannel published = alice.publish(7, Shape.raw(PAGE));
    Future<Event> waiting = threads.submit(() -> alice.nextEvent(LONG).orElseThrow());
    awaitWaiter(alice);
    bob.subscribe(ID);
    assertThat(get(waiting))
        .isEqualTo(
            new Event(Event.Kind.PEER_JOINED, published.handle(), 2, 7, published.generation(), 0));
  }

  @Test
  void isWokenWhereTheChannelIsLeft()
      throws InterruptedException, ExecutionException, TimeoutException {
    HostChannel published = alice.publish(7, Shape.raw(PAGE));
    Future<Boolean> waiting = threads.submit(() -> published.awaitDoorbell(LONG));
    awaitWaiter(alice);
    published.close();
    assertThat(get(waiting)).isFalse();
    assertThat(published.awaitDoorbell(LONG)).isFalse();
  }

  @Test
  void canBeInterrupted() throws InterruptedException {
    HostChannel published = alice.publish(7, Shape.raw(PAGE));
    Future<?> waiting = threads.submit(() -> published.awaitDoorbell(LONG));
    awaitWaiter(alice);
    threads.shutdownNow();
    assertThat(threads.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(waiting::get).hasCauseInstanceOf(InterruptedException.class);
  }
}
