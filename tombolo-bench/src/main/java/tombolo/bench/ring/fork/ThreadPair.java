// SPDX-License-Identifier: Apache-2.0

package tombolo.bench.ring.fork;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tombolo.bench.suite.BenchmarkException;

/**
 * Both ends, with a thread for each, which sleeps between two turns. A turn that fails leaves the
 * thread of the other end as it is, perhaps busy for ever. Both are daemons.
 */
final class ThreadPair implements End {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Executor senders = thread("sender");
  private final Executor receivers = thread("receiver");
  private final End sending;
  private final End receiving;

  ThreadPair(End sending, End receiving) {
    this.sending = sending;
    this.receiving = receiving;
  }

  private static Executor thread(String name) {
    ThreadFactory factory = Thread.ofPlatform().name(name).daemon(true).factory();
    return Executors.newSingleThreadExecutor(factory);
  }

  @Override
  public Took take(Turn turn) {
    CompletableFuture<Took> sent = CompletableFuture.supplyAsync(() -> sending.take(turn), senders);
    CompletableFuture<Took> received =
        CompletableFuture.supplyAsync(() -> receiving.take(turn), receivers);
    // A sender that fails must not leave its receiver waiting until the limit, nor the reverse.
    failWith(received, sent);
    failWith(sent, received);
    try {
      return sent.thenCombine(received, Took::and).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new BenchmarkException("no end within " + LIMIT.toSeconds() + " s");
    } catch (InterruptedException e) {
      throw new BenchmarkException("interrupted");
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  private static void failWith(CompletableFuture<Took> one, CompletableFuture<Took> other) {
    var _ =
        other.whenComplete(
            (_, failure) -> {
              if (failure != null) {
                one.completeExceptionally(failure);
              }
            });
  }

  private static RuntimeException failure(ExecutionException thrown) {
    Throwable cause = thrown.getCause();
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof BenchmarkException failed ? failed : new IllegalStateException(cause);
  }
}
