// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.ivc.abi.RefusedException;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.ring.Answer;
import tombolo.ring.Bell;
import tombolo.ring.MessageHandler;
import tombolo.ring.SpscRing;
import tombolo.ring.Waiting;
import tombolo.ring.WaitingReader;
import tombolo.ring.WaitingWriter;

/**
 * A ring in a sectioned channel, each part in its owner's section, and both sides asleep whenever
 * there is nothing to do: a wake-up that got lost would end it. In the smallest ring both sleep
 * after a message or two.
 */
@DisplayName("Messages through a ring, with doorbells")
final class MessengerTest {
  private static final int MESSAGES = Integer.getInteger("tombolo.messages", 20_000);
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final String NAME = "messages";
  private static final DoorbellRate RATE = new DoorbellRate(10_000_000, 1_000_000);

  private static final Grant[] GRANTS = {
    new Grant.Publish(1, 1, 1, 1 << 20, null, NAME, RATE),
    new Grant.Subscribe(2, 1, 1, 1, true, RATE)
  };

  private final Directory directory = new Directory(Grants.of(GRANTS), HostServices.system());

  @ParameterizedTest
  @ValueSource(ints = {64, 4096})
  void fromGuestToGuest(int capacity) throws InterruptedException {
    try (directory;
        Messenger sender = new Messenger(1, "role=send capacity=" + capacity);
        Messenger receiver = new Messenger(2, "role=receive")) {
      sender.vm.boot();
      receiver.vm.boot();
      receiver.awaitEnd();
      sender.awaitEnd();
      assertThat(receiver.sleeps()).isPositive();
    }
  }

  @Test
  void fromGuestToJava() throws InterruptedException {
    try (directory;
        Messenger sender = new Messenger(1, "role=send capacity=64")) {
      sender.vm.boot();
      HostEndpoint host = directory.join("host", 2, Quota.DEFAULT);
      long end = System.nanoTime() + DEADLINE.toNanos();
      while (directory.snapshot().channels().isEmpty()) {
        assertThat(System.nanoTime()).isLessThan(end);
        LockSupport.parkNanos(100_000);
      }
      HostChannel channel = host.subscribe(NAME);
      WaitingReader reader =
          new WaitingReader(
              SpscRing.reader(section(channel, 0), channel.output()),
              Waiting.BELL,
              new ChannelBell(channel));
      int[] n = new int[1];
      MessageHandler check =
          (type, data, offset, length) -> {
            Message expected = Message.of(n[0]++, 64);
            assertThat(type).isEqualTo(expected.type);
            assertThat(data.asSlice(offset, length).mismatch(expected.payload)).isEqualTo(-1);
          };
      while (n[0] < MESSAGES) {
        assertThat(reader.drain(check, 16, DEADLINE.toNanos())).isPositive();
      }
      channel.close();
      sender.awaitEnd();
    }
  }

  @Test
  void fromJavaToGuest() throws InterruptedException {
    int capacity = 128;
    try (directory;
        Messenger receiver = new Messenger(2, "role=receive")) {
      HostEndpoint host = directory.join("host", 1, Quota.DEFAULT);
      HostChannel channel =
          host.publish(
              NAME,
              Shape.sectioned(SpscRing.writerPartSize(capacity), 1, SpscRing.READER_PART_SIZE));
      WaitingWriter writer =
          new WaitingWriter(
              SpscRing.writer(channel.output(), section(channel, 1), capacity),
              Waiting.BELL,
              new ChannelBell(channel));
      receiver.vm.boot();
      for (int n = 0; n < MESSAGES; n++) {
        Message message = Message.of(n, capacity);
        int length = (int) message.payload.byteSize();
        assertThat(writer.offer(message.type, message.payload, 0, length, DEADLINE.toNanos()))
            .isEqualTo(Answer.OK);
      }
      receiver.awaitEnd();
    }
  }

  private static MemorySegment section(HostChannel channel, int section) {
    Shape shape = channel.shape();
    return channel.memory().asSlice(shape.offsetOf(section), shape.sizeOf(section));
  }

  /** The guest messenger in a VM of its own. */
  private final class Messenger implements AutoCloseable {
    private final BufferConsole console = new BufferConsole(HostServices.system());
    final Vm vm;

    Messenger(int id, String append) {
      vm = Guests.create(Guests.config("messenger", append + " messages=" + MESSAGES, console));
      directory.join(vm, id, Quota.DEFAULT, GuestFrontEnds.ALL);
    }

    void awaitEnd() throws InterruptedException {
      assertThat(vm.awaitStop(DEADLINE)).as(console.text()).hasValue(new StopReason.PowerOff());
      assertThat(console.text()).contains(MESSAGES + " messages;");
      System.getLogger(MessengerTest.class.getName())
          .log(System.Logger.Level.INFO, console.text().strip());
    }

    long sleeps() {
      return Long.parseLong(console.text().replaceAll("(?s).*slept (\\d+) times.*", "$1"));
    }

    @Override
    public void close() {
      vm.close();
    }
  }

  /** Message n, as the guest makes it. */
  private record Message(int type, MemorySegment payload) {
    static Message of(int n, int capacity) {
      long x = (n + 1) * 0x9e3779b97f4a7c15L;
      x ^= x >>> 29;
      int length =
          Integer.remainderUnsigned((int) (x >>> 20), SpscRing.maxMessageLength(capacity) + 1);
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) (x + i);
      }
      return new Message((int) (x >>> 33) | 1, MemorySegment.ofArray(bytes));
    }
  }

  private record ChannelBell(HostChannel channel) implements Bell {
    @Override
    public void ring() {
      try {
        channel.ring();
      } catch (RefusedException e) {
        assertThat(e.status()).isEqualTo(Status.NOT_A_PEER);
      }
    }

    @Override
    public void await(long nanos) throws InterruptedException {
      channel.awaitDoorbell(Duration.ofNanos(nanos));
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }
  }
}
