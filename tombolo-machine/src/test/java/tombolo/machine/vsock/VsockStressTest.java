// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.vsock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.host.HostServices;

/** Both directions at once, with more threads than processors: every byte arrives, in order. */
@Timeout(120)
class VsockStressTest {
  private static final int BYTES = 32 << 20;

  private final VsockSwitch network = new VsockSwitch(HostServices.system());

  private static <T> FutureTask<T> start(Callable<T> body) {
    FutureTask<T> task = new FutureTask<>(body);
    Thread.ofPlatform().start(task);
    return task;
  }

  /** Sends in one direction, within its credit. Returns the checksum of what it sent. */
  private static long send(TestGuest from, TestGuest to, int port, int peerPort, long seed)
      throws InterruptedException {
    CRC32 sum = new CRC32();
    Random random = new Random(seed);
    int sent = 0;
    int forwarded = 0;
    while (sent < BYTES) {
      byte[] payload = new byte[Math.min(BYTES - sent, 1 + random.nextInt(20_000))];
      while (TestGuest.WINDOW - (sent - forwarded) < payload.length) {
        TestGuest.Packet update = from.next();
        forwarded = Math.max(forwarded, update.header().forwarded());
      }
      random.nextBytes(payload);
      sum.update(payload);
      from.send(to.cid, port, peerPort, VsockOp.RW, payload);
      sent += payload.length;
    }
    return sum.getValue();
  }

  /** Receives at the other end: gives buffers one by one and says what it has taken. */
  private static long receive(TestGuest here, TestGuest from, int port, int peerPort)
      throws InterruptedException {
    CRC32 sum = new CRC32();
    for (int got = 0; got < BYTES; ) {
      TestGuest.Packet packet = here.expect(VsockOp.RW);
      sum.update(packet.payload());
      got += packet.payload().length;
      here.give(1);
      here.send(
          new VsockHeader(
              here.cid,
              from.cid,
              port,
              peerPort,
              0,
              VsockHeader.STREAM,
              VsockOp.CREDIT_UPDATE.code,
              0,
              TestGuest.WINDOW,
              got));
    }
    return sum.getValue();
  }

  @Test
  void betweenGuestsWithFewBuffers() throws Exception {
    // A guest for each end of each direction, so that each has one thread that reads its packets.
    try (TestGuest a = new TestGuest(network, 3, HostServices.system(), 20);
        TestGuest b = new TestGuest(network, 4, HostServices.system(), 20);
        TestGuest c = new TestGuest(network, 5, HostServices.system(), 20);
        TestGuest d = new TestGuest(network, 6, HostServices.system(), 20)) {
      a.connect(b, 1, 2);
      c.connect(d, 1, 2);
      FutureTask<Long> ab = start(() -> send(a, b, 1, 2, 1));
      FutureTask<Long> dc = start(() -> send(d, c, 2, 1, 2));
      FutureTask<Long> atB = start(() -> receive(b, a, 2, 1));
      FutureTask<Long> atC = start(() -> receive(c, d, 1, 2));
      refill(List.of(a, d), List.of(ab, dc));

      assertThat(atB.get()).isEqualTo(ab.get());
      assertThat(atC.get()).isEqualTo(dc.get());
      assertThat(network.refused()).isZero();
    }
  }

  /** Gives buffers to guests that only hear what others have taken. */
  private static void refill(List<TestGuest> guests, List<FutureTask<Long>> until) {
    while (until.stream().anyMatch(task -> !task.isDone())) {
      guests.forEach(guest -> guest.give(1));
      Thread.onSpinWait();
    }
  }

  @Test
  void manyConnectionsOfTheHostAndOneGuestThatEchoes() throws Exception {
    int connections = 8;
    int each = 1 << 20;
    try (TestGuest guest = new TestGuest(network, 3)) {
      Thread echo = Thread.ofPlatform().daemon().start(() -> echo(guest));
      List<FutureTask<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        int seed = i;
        all.add(start(() -> isEchoed(seed, each)));
      }
      for (FutureTask<Boolean> task : all) {
        assertThat(task.get()).isTrue();
      }
      assertThat(network.refused()).isZero();
      echo.interrupt();
      echo.join();
    }
  }

  private boolean isEchoed(int seed, int bytes) throws IOException, InterruptedException {
    byte[] sent = new byte[bytes];
    new Random(seed).nextBytes(sent);
    try (HostVsockConnection connection = network.host().connect(3, 5000, Duration.ofSeconds(20))) {
      FutureTask<Void> writer =
          start(
              () -> {
                OutputStream out = connection.outputStream();
                out.write(sent);
                return null;
              });
      InputStream in = connection.inputStream();
      byte[] got = in.readNBytes(bytes);
      try {
        writer.get();
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      }
      return Arrays.equals(sent, got);
    }
  }

  /** A guest whose program sends everything back, within the host's buffer. */
  private static void echo(TestGuest guest) {
    // By the host's port.
    Map<Integer, Echo> open = new HashMap<>();
    try {
      while (true) {
        TestGuest.Packet packet = guest.received.take();
        VsockHeader header = packet.header();
        int port = header.sourcePort();
        switch (VsockOp.of(header.op())) {
          case REQUEST -> {
            open.put(port, new Echo(guest, port));
            guest.send(2, 5000, port, VsockOp.RESPONSE);
          }
          case RW -> echo(open, guest, port).add(packet.payload(), header.forwarded());
          case CREDIT_UPDATE -> echo(open, guest, port).add(new byte[0], header.forwarded());
          case null, default -> guest.send(2, 5000, port, VsockOp.RST);
        }
      }
    } catch (InterruptedException e) {
      // The test is over.
    }
  }

  private static Echo echo(Map<Integer, Echo> open, TestGuest guest, int port) {
    return open.computeIfAbsent(port, _ -> new Echo(guest, port));
  }

  /** The bytes of a connection that have to wait for room at the host. */
  private static final class Echo {
    private final TestGuest guest;
    private final int port;
    private final ByteRing waiting = new ByteRing();
    private int sent;
    private int forwarded;

    Echo(TestGuest guest, int port) {
      this.guest = guest;
      this.port = port;
    }

    void add(byte[] payload, int hostForwarded) {
      waiting.add(payload, 0, payload.length);
      forwarded = Math.max(forwarded, hostForwarded);
      int room = Math.min(60_000, HostVsockConnection.BUFFER - (sent - forwarded));
      byte[] out = new byte[Math.min(room, waiting.size())];
      if (out.length == 0) {
        return;
      }
      waiting.moveTo(ByteBuffer.wrap(out));
      sent += out.length;
      guest.send(
          new VsockHeader(
              3,
              2,
              5000,
              port,
              out.length,
              VsockHeader.STREAM,
              VsockOp.RW.code,
              0,
              TestGuest.WINDOW,
              sent),
          out);
    }
  }
}
