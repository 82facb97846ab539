// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.jspecify.annotations.Nullable;
import tombolo.topology.HostSpec;

/**
 * A client of Aeron, and the media driver that it uses: one of its own, which the bridges' worker
 * steps, or one that runs already. Belongs to that worker; a dead one is closed and another opened.
 */
final class Media implements AutoCloseable {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "tombolo-aeron-";

  /** A driver that has said nothing for so long is dead. Asked first: connecting would wait. */
  private static final long ALIVE_MILLIS = 5_000;

  private final @Nullable MediaDriver driver;
  private final @Nullable AgentInvoker driverInvoker;
  private final Aeron aeron;

  private Media(@Nullable MediaDriver driver, Aeron aeron) {
    this.driver = driver;
    this.driverInvoker = driver == null ? null : driver.sharedAgentInvoker();
    this.aeron = aeron;
  }

  /**
   * Starts a driver unless the host says which one to use, and connects.
   *
   * @param errors hears what goes wrong behind the calls' backs
   * @throws RuntimeException of Aeron's, if there is no driver or it cannot start
   */
  static Media open(HostSpec host, Errors errors) {
    MediaDriver driver = null;
    if (host.aeron() == null) {
      driver = launch(host, errors);
    } else if (!CommonContext.isDriverActive(host.aeron().toFile(), ALIVE_MILLIS, _ -> {})) {
      throw new IllegalStateException("no media driver runs in " + host.aeron());
    }
    boolean made = false;
    try {
      Aeron.Context context =
          new Aeron.Context()
              .useConductorAgentInvoker(true)
              .errorHandler(errors::onError)
              .subscriberErrorHandler(errors::onError)
              .aeronDirectoryName(
                  driver == null ? String.valueOf(host.aeron()) : driver.aeronDirectoryName());
      if (driver != null) {
        context.driverAgentInvoker(driver.sharedAgentInvoker());
      }
      Media media = new Media(driver, Aeron.connect(context));
      made = true;
      return media;
    } finally {
      if (!made && driver != null) {
        driver.close();
      }
    }
  }

  private static MediaDriver launch(HostSpec host, Errors errors) {
    removeDead();
    MediaDriver.Context context =
        new MediaDriver.Context()
            .aeronDirectoryName(directory())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .warnIfDirectoryExists(false)
            .threadingMode(ThreadingMode.INVOKER)
            .sharedIdleStrategy(NoOpIdleStrategy.INSTANCE)
            .errorHandler(errors::onDriverError);
    HostSpec.Resolver resolver = host.resolver();
    if (resolver != null) {
      context
          .resolverName(host.name())
          .resolverInterface(resolver.address().toString())
          .resolverBootstrapNeighbor(resolver.neighbors().isEmpty() ? null : resolver.neighbors());
    }
    return MediaDriver.launch(context);
  }

  private static Path parent() {
    return Files.isWritable(SHARED_MEMORY)
        ? SHARED_MEMORY
        : Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Returns a directory that no other driver uses: its name has this process's id. */
  private static String directory() {
    return parent()
        .resolve("%s%d-%x".formatted(PREFIX, ProcessHandle.current().pid(), System.nanoTime()))
        .toString();
  }

  /** Removes the directories of processes that were killed; their memory would stay in use. */
  private static void removeDead() {
    try (Stream<Path> all = Files.list(parent())) {
      all.filter(path -> path.getFileName().toString().startsWith(PREFIX))
          .filter(path -> !isAlive(path.getFileName().toString()))
          .forEach(Media::delete);
    } catch (IOException e) {
      return; // whoever owns them removes them
    }
  }

  private static boolean isAlive(String name) {
    String number = name.substring(PREFIX.length()).split("-", 2)[0];
    try {
      Optional<ProcessHandle> owner = ProcessHandle.of(Long.parseLong(number));
      return owner.isPresent() && owner.get().isAlive();
    } catch (NumberFormatException e) {
      return true; // not one of ours
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
    } catch (IOException e) {
      return; // another user's
    }
  }

  /** Returns the client. */
  Aeron aeron() {
    return aeron;
  }

  /** Whether the client has ended, as it does when the driver has died. */
  boolean isDead() {
    return aeron.isClosed();
  }

  /** Does the driver's and the client's work. Returns a measure of it. */
  int invoke() {
    int work = driverInvoker == null ? 0 : driverInvoker.invoke();
    return work + aeron.conductorAgentInvoker().invoke();
  }

  @Override
  public void close() {
    try {
      aeron.close();
    } catch (AeronException e) {
      return; // it is gone either way
    } finally {
      if (driver != null) {
        driver.close();
      }
    }
  }
}
