// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.host.HostServices;

@Timeout(60)
final class StreamConsoleTest {
  private static void print(Console console, byte[] octets) {
    for (byte octet : octets) {
      console.write(octet);
    }
  }

  @Test
  void everyByteIsWrittenByTheTimeItIsClosed() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] octets = new byte[1_000_000];
    new SplittableRandom(1).nextBytes(octets);
    try (StreamConsole console = new StreamConsole("alice", out, HostServices.system())) {
      print(console, octets);
    }
    assertThat(out.toByteArray()).isEqualTo(octets);
  }

  @Test
  void aPromptWithoutANewlineIsFlushedAtOnce() throws InterruptedException {
    Semaphore flushed = new Semaphore(0);
    ByteArrayOutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public void flush() {
            flushed.release(size());
          }
        };
    try (StreamConsole console = new StreamConsole("alice", out, HostServices.system())) {
      print(console, "login: ".getBytes(StandardCharsets.US_ASCII));
      flushed.acquire(7);
    }
  }

  @Test
  void flushWaitsForWhatWasPrinted() throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamConsole console = new StreamConsole("alice", out, HostServices.system())) {
      for (int i = 1; i <= 1_000; i++) {
        console.write((byte) i);
        console.flush();
        assertThat(out.size()).isEqualTo(i);
      }
    }
  }

  @Test
  void aSlowReaderSlowsTheGuestDownAndLosesNothing() throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(1);
    ByteArrayOutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] octets, int from, int length) {
            try {
              reading.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            super.write(octets, from, length);
          }
        };
    StreamConsole console = new StreamConsole("alice", out, HostServices.system());
    Thread guest = Thread.ofPlatform().start(() -> print(console, new byte[300_000]));
    while (guest.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    reading.countDown();
    guest.join();
    console.close();
    assertThat(out.size()).isEqualTo(300_000);
    assertThat(console.dropped()).isZero();
  }

  @Test
  void aGuestThatWaitsForAReaderCanBeInterrupted() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    OutputStream stuck =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            try {
              never.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    StreamConsole console = new StreamConsole("alice", stuck, HostServices.system());
    Thread guest = Thread.ofPlatform().start(() -> print(console, new byte[300_000]));
    while (guest.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    guest.interrupt();
    guest.join();
    assertThat(console.dropped()).isPositive();
    never.countDown();
    console.close();
  }

  /** A pipe of two pieces that nobody reads. */
  private static final class FullPipe extends OutputStream {
    final CountDownLatch full = new CountDownLatch(1);
    final CountDownLatch read = new CountDownLatch(1);
    private int written; // by the worker; read by others after the latch

    @Override
    public void write(int octet) {
      throw new AssertionError("a byte at a time");
    }

    @Override
    public void write(byte[] octets, int from, int length) {
      if (written + length > 8192) {
        full.countDown();
        try {
          read.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      written += length;
    }
  }

  @Test
  void whatIsAbandonedIsCountedToTheByteAndHoldsNobody() throws InterruptedException {
    FullPipe pipe = new FullPipe();
    StreamConsole console = new StreamConsole("alice", pipe, HostServices.system());
    print(console, new byte[20_000]);
    pipe.full.await();
    assertThat(console.flush(1)).isFalse();

    console.abandon();
    print(console, new byte[5]);

    assertThat(console.dropped()).isEqualTo(20_000 - pipe.written + 5);
    assertThat(console.flush(0)).isTrue();
    console.close();
    pipe.read.countDown();
  }

  @Test
  void whatWasWrittenInTheMeantimeIsNotAbandoned() throws InterruptedException {
    FullPipe pipe = new FullPipe();
    StreamConsole console = new StreamConsole("alice", pipe, HostServices.system());
    print(console, new byte[20_000]);
    pipe.full.await();
    pipe.read.countDown();
    assertThat(console.flush(Long.MAX_VALUE)).isTrue();

    console.abandon();

    assertThat(console.dropped()).isZero();
  }

  @Test
  void aClosedPipeNeitherHoldsNorEndsTheGuest() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    StreamConsole console = new StreamConsole("alice", broken, HostServices.system());
    print(console, new byte[300_000]);
    console.close();
    assertThat(console.dropped()).isEqualTo(300_000);
  }

  @Test
  void typesEveryByteOfItsInputAndSaysWhenThereIsSome() {
    byte[] typed = new byte[50_000];
    new SplittableRandom(2).nextBytes(typed);
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    Semaphore input = new Semaphore(0);
    try (StreamConsole console =
        new StreamConsole("alice", OutputStream.nullOutputStream(), HostServices.system())) {
      assertThat(console.read()).isEqualTo(-1);
      console.onInput(input::release);
      console.readFrom(new ByteArrayInputStream(typed));
      while (received.size() < typed.length) {
        input.acquireUninterruptibly();
        for (int octet = console.read(); octet >= 0; octet = console.read()) {
          received.write(octet);
        }
      }
    }
    assertThat(received.toByteArray()).isEqualTo(typed);
  }
}
