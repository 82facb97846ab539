// SPDX-License-Identifier: Apache-2.0

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tombolo.ivc.HostEndpoint;
import tombolo.ivc.message.Publisher;
import tombolo.ivc.message.Subscriber;
import tombolo.machine.host.HostServices;
import tombolo.ring.Answer;
import tombolo.ring.Waiting;
import tombolo.topology.Topology;
import tombolo.topology.file.TopologyFile;
import tombolo.topology.run.TopologyRun;
import tombolo.topology.run.Watcher;

/** Runs on the host: the topology, and the other half of {@code Guest}. */
final class Host {
  private static final Duration SOON = Duration.ofMinutes(3);
  private static final ValueLayout.OfInt NUMBER = ValueLayout.JAVA_INT_UNALIGNED;
  private static final int NUMBERS = 5_000;

  private Host() {}

  public static void main(String[] arguments) throws Exception {
    Topology topology = TopologyFile.read(Path.of(arguments[0]));
    Watcher watcher = Watcher.ofLines((vm, line) -> say(vm, line));
    int status;
    try (TopologyRun run =
        TopologyRun.prepare(topology, HostServices.system(), watcher, Set.of("host"))) {
      run.boot();
      HostEndpoint host = run.standIn("host");
      Publisher questions = Publisher.open(host, "questions", 65536, 1, Waiting.SPIN_THEN_BELL);
      Subscriber answers = Subscriber.open(host, "answers", SOON);
      for (String name : List.of("java.vm.version", "os.arch", "os.version")) {
        check(questions.send(1, name.getBytes(UTF_8), SOON));
        say(
            "host",
            "the guest's " + name + " is " + new String(receive(answers, 1).getFirst(), UTF_8));
      }
      exchange(questions, answers);
      questions.close(); // the guest's Java ends
      check(answers.receive((_, _, _, _) -> {}, 1, SOON) == Answer.PEER_GONE);
      say("host", "the guest's Java has gone");
      status = run.awaitEnd().status();
    }
    System.exit(status);
  }

  /** Sends numbers while they come back, and checks that none is missing, added or changed. */
  private static void exchange(Publisher questions, Subscriber answers) throws Exception {
    Thread sender =
        Thread.ofPlatform()
            .start(
                () -> {
                  byte[] message = new byte[100];
                  for (int i = 0; i < NUMBERS; i++) {
                    MemorySegment.ofArray(message).set(NUMBER, 0, i);
                    try {
                      check(questions.send(1, message, SOON));
                    } catch (InterruptedException e) {
                      return;
                    }
                  }
                });
    long begin = System.nanoTime();
    for (int i = 0; i < NUMBERS; ) {
      for (byte[] message : receive(answers, NUMBERS - i)) {
        check(message.length == 100 && MemorySegment.ofArray(message).get(NUMBER, 0) == i++);
      }
    }
    sender.join();
    double seconds = (System.nanoTime() - begin) / 1e9;
    say(
        "host",
        "%d messages went there and back, in order: %.0f a second"
            .formatted(NUMBERS, NUMBERS / seconds));
  }

  private static List<byte[]> receive(Subscriber answers, int most) throws InterruptedException {
    List<byte[]> messages = new ArrayList<>();
    check(
        answers.receive(
                (_, data, at, length) -> messages.add(data.asSlice(at, length).toArray(JAVA_BYTE)),
                most,
                SOON)
            > 0);
    return messages;
  }

  private static void check(int answer) {
    check(answer == Answer.OK);
  }

  private static void check(boolean right) {
    if (!right) {
      throw new IllegalStateException("that is wrong");
    }
  }

  private static void say(String who, String line) {
    System.out.println(who + " | " + line);
  }
}
