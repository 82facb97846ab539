// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import io.aeron.exceptions.ControlProtocolException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What has gone wrong with Aeron, each thing told once. Belongs to the bridges' worker. Remembers a
 * bounded number of messages.
 */
final class Errors {
  private static final int MOST = 64;

  private final Consumer<String> say;
  private final Set<String> told = new LinkedHashSet<>();

  Errors(Consumer<String> say) {
    this.say = say;
  }

  /** Tells what went wrong behind a call's back. */
  void onError(Throwable error) {
    once("aeron: " + describe(error));
  }

  /** Tells what went wrong in the driver, other than what it answers a request with. */
  void onDriverError(Throwable error) {
    if (!(error instanceof ControlProtocolException)
        && !String.valueOf(error.getMessage()).contains("channel error")) {
      onError(error);
    }
  }

  /** Tells something that was not told before. */
  void once(String line) {
    if (told.size() < MOST && told.add(line)) {
      say.accept(line);
    }
  }

  /** Tells something whose teller sees to it that it is not told again and again. */
  void tell(String line) {
    say.accept(line);
  }

  /** Lets something be told again, since it was over meanwhile. */
  void over(String line) {
    told.remove(line);
  }

  /** Returns the first line of an exception, without what Aeron puts before it. */
  static String describe(Throwable error) {
    String text = error.getMessage();
    if (text == null || text.isBlank()) {
      return error.getClass().getSimpleName();
    }
    String line = text.lines().findFirst().orElse(text);
    return line.replaceAll("(ERROR|WARN|FATAL) - ", "")
        .replaceAll("io\\.aeron\\.[a-z.]*[A-Z]\\w+ : ", "")
        .replaceAll(" \\(at [^()]*(\\([^()]*\\))?[^()]*\\)", "")
        .replaceAll("channel error - ", "")
        .replaceAll(", errorCodeValue=\\d+", "");
  }
}
