// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PinningTest {
  private final Pinning pinning = Pinning.ofThisHost();

  @Test
  void eachEndGetsAProcessorOfItsOwn() {
    assumeTrue(pinning instanceof LinuxPinning, pinning.describe());

    String sender = allowedAfterPinning(Pinning.SENDER);
    String receiver = allowedAfterPinning(Pinning.RECEIVER);

    assertThat(sender).matches("\\d+");
    assertThat(receiver).matches("\\d+").isNotEqualTo(sender);
    assertThat(pinning.describe()).contains("processor " + sender, "processor " + receiver);
  }

  @Test
  void elsewhereItSaysWhyThereIsNone() {
    Pinning none = Pinning.none("this host is not Linux");
    none.pin(Pinning.SENDER);

    assertThat(none.describe()).isEqualTo("threads are not pinned: this host is not Linux");
  }

  /** Returns the processors that the kernel allows a thread which has pinned itself. */
  private String allowedAfterPinning(int end) {
    CompletableFuture<String> allowed = new CompletableFuture<>();
    Thread.ofPlatform()
        .uncaughtExceptionHandler((_, failure) -> allowed.completeExceptionally(failure))
        .start(
            () -> {
              pinning.pin(end);
              allowed.complete(allowed());
            });
    return allowed.join();
  }

  private static String allowed() {
    String key = "Cpus_allowed_list:";
    try {
      return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(key.length()).strip())
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
