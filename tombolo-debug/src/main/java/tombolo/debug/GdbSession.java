// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One debugger's connection. One thread, that of {@link #run}, owns the session and drives the
 * target. Another one receives packets; it and whoever runs the VM put what happens into a queue.
 */
final class GdbSession {
  /** What a session waits for. */
  private sealed interface Event {
    record Received(String payload) implements Event {}

    record Stopped(StopEvent stop) implements Event {}

    record Exited(int status) implements Event {}
  }

  /** More packets than a debugger sends without an answer. */
  private static final int MOST_PACKETS = 64;

  private final Target target;
  private final Packets packets;
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();

  /** How many packets more may wait; stops and the end always find room. */
  private final Semaphore room = new Semaphore(MOST_PACKETS);

  private final Inquiries inquiries;

  private boolean isRunning = true;

  /** Whether nothing follows. */
  private boolean over;

  /** Whether the target needs no {@link Target#detach} any more. */
  private boolean left;

  GdbSession(Target target, SocketChannel client) {
    this.target = target;
    this.packets = new Packets(Channels.newInputStream(client), Channels.newOutputStream(client));
    this.inquiries = new Inquiries(target);
  }

  /**
   * Serves the debugger until it leaves, the run is over or {@link #close} is called.
   *
   * @throws IOException if the connection fails
   */
  void run() throws IOException {
    Thread receiver =
        Thread.ofPlatform().name(target.name() + "/gdb-in").daemon(true).start(this::receive);
    try {
      target.attach(this::stopped);
      List<Event> early = new ArrayList<>();
      while (isRunning && !over) {
        Event event = events.take();
        if (event instanceof Event.Received(String payload) && !payload.equals(Packets.END)) {
          early.add(event);
        } else {
          handle(event, false);
        }
      }
      for (Event event : early) {
        handle(event, true);
      }
      while (!over) {
        handle(events.take(), true);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      receiver.interrupt();
      if (!left) {
        target.detach();
      }
    }
  }

  private void handle(Event event, boolean tells) throws IOException {
    switch (event) {
      case Event.Stopped(StopEvent stop) -> {
        target.settle();
        isRunning = false;
        inquiries.stopped(stop);
        if (tells) {
          tell(stop);
        } else {
          target.setStops(Stops.NONE); // whatever an earlier debugger has left
        }
      }
      case Event.Exited(int status) -> {
        packets.send("W%02x".formatted(status & 0xff));
        over = true;
        left = true;
      }
      case Event.Received(String payload) -> {
        room.release();
        received(payload);
      }
    }
  }

  private void receive() {
    try {
      String payload;
      do {
        payload = packets.receive();
        room.acquire();
        events.add(new Event.Received(payload));
      } while (!payload.equals(Packets.END));
    } catch (IOException e) {
      events.add(new Event.Received(Packets.END)); // gone is gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopped(StopEvent event) {
    events.add(new Event.Stopped(event));
  }

  /** Any thread. */
  void exited(int status) {
    events.add(new Event.Exited(status));
  }

  /** Asks for the end of the session. Any thread. */
  void close() {
    events.add(new Event.Received(Packets.END));
  }

  private void tell(StopEvent stop) throws IOException {
    if (!stop.text().isEmpty()) {
      packets.send("O" + Hex.ofText(stop.text() + "\n"));
    }
    packets.send(inquiries.stopReply());
  }

  private void received(String payload) throws IOException {
    switch (payload) {
      case Packets.END -> over = true;
      case Packets.INTERRUPT -> {
        if (isRunning) {
          target.interrupt();
        }
      }
      case "QStartNoAckMode" -> {
        packets.send("OK");
        packets.acknowledgeNoMore();
      }
      case "D" -> {
        packets.send("OK");
        over = true;
      }
      case "k" -> {
        target.kill();
        over = true;
        left = true;
      }
      default -> {
        if (!isRunning) { // else it is nothing that a debugger sends
          answer(payload);
        }
      }
    }
  }

  private void answer(String payload) throws IOException {
    @Nullable Resumption resumption;
    String answer;
    try {
      resumption = inquiries.resumption(payload);
      answer = resumption == null ? inquiries.answer(payload) : "";
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      resumption = null;
      answer = Inquiries.INVALID;
    }
    if (resumption == null) {
      packets.send(answer);
    } else {
      isRunning = true;
      target.resume(resumption);
    }
  }
}
