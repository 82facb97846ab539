// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tombolo.bench.BenchmarkException;

/**
 * One measurement by two threads of this process. The threads that fail leave the other one as it
 * is, perhaps busy; they are daemons.
 *
 * @param effort how long
 * @param size of the messages
 */
record ThreadPair(Effort effort, Size size, Pinning pinning) {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Sends and receives.
   *
   * @throws BenchmarkException if a message is lost, wrong, or does not come
   */
  Measured measure(Medium medium) throws InterruptedException {
    CompletableFuture<Measured> result = new CompletableFuture<>();
    start("sender", result, () -> send(medium));
    start("receiver", result, () -> result.complete(receive(medium)));
    try {
      return result.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new BenchmarkException("no end within " + LIMIT.toSeconds() + " s");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BenchmarkException failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void start(String name, CompletableFuture<Measured> result, Runnable work) {
    Thread.ofPlatform()
        .name(name)
        .daemon(true)
        .uncaughtExceptionHandler((_, failure) -> result.completeExceptionally(failure))
        .start(work);
  }

  /** The sending end, by the calling thread. */
  void send(Medium medium) {
    pinning.pin(Pinning.SENDER);
    new Departures(medium.sender()).send(effort, size);
  }

  /** The receiving end, by the calling thread. */
  Measured receive(Medium medium) {
    pinning.pin(Pinning.RECEIVER);
    Arrivals arrivals = new Arrivals(size.bytes());
    return arrivals.receive(medium.receiver(arrivals));
  }
}
