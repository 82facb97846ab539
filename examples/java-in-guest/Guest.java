// SPDX-License-Identifier: Apache-2.0

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tombolo.guest.GuestEndpoint;
import tombolo.guest.Publisher;
import tombolo.guest.Subscriber;

/** Runs in the guest, and answers the host's questions until none comes for a minute. */
final class Guest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private Guest() {}

  public static void main(String[] arguments) throws Exception {
    // README guest: begin
    try (GuestEndpoint endpoint = GuestEndpoint.open();
        Subscriber questions = Subscriber.open(endpoint, "questions", MINUTE);
        Publisher answers = Publisher.open(endpoint, "answers", 65536)) {
      List<byte[]> got = new ArrayList<>();
      while (questions.receive(
              (type, data, at, length) -> got.add(data.asSlice(at, length).toArray(JAVA_BYTE)),
              100,
              MINUTE)
          > 0) { // PEER_GONE is negative
        for (byte[] question : got) {
          answers.send(1, answer(question), MINUTE);
        }
        got.clear();
      }
    }
    // README guest: end
  }

  /** Returns the value of a system property of that name, or else the question itself. */
  private static byte[] answer(byte[] question) {
    String value = System.getProperty(new String(question, UTF_8));
    return value == null ? question : value.getBytes(UTF_8);
  }
}
