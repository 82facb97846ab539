// SPDX-License-Identifier: Apache-2.0
package tombolo.bridge;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import java.nio.file.Path;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.jspecify.annotations.Nullable;
import tombolo.topology.HostSpec;

/**
 * A client of Aeron, and the media driver that it uses: one of its own, which the bridges' worker
 * steps, or one that runs already. Belongs to that worker; a dead one is closed and another opened.
 */
final class Media implements AutoCloseable {
  /** A driver that has said nothing for so long is dead. Asked first: connecting would wait. */
  private static final long ALIVE_MILLIS = 5_000;

  private final @Nullable DriverDirectory directory;
  private final @Nullable MediaDriver driver;
  private final @Nullable AgentInvoker driverInvoker;
  private final Aeron aeron;

  private Media(@Nullable DriverDirectory directory, @Nullable MediaDriver driver, Aeron aeron) {
    this.directory = directory;
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
    Path existing = host.aeron();
    if (existing != null) {
      if (!CommonContext.isDriverActive(existing.toFile(), ALIVE_MILLIS, _ -> {})) {
        throw new IllegalStateException("no media driver runs in " + existing);
      }
      return new Media(null, null, Aeron.connect(client(existing.toString(), errors)));
    }
    DriverDirectory directory = DriverDirectory.make();
    MediaDriver driver = null;
    boolean made = false;
    try {
      driver = launch(host, directory.files(), errors);
      Aeron.Context context = client(driver.aeronDirectoryName(), errors);
      context.driverAgentInvoker(driver.sharedAgentInvoker());
      Media media = new Media(directory, driver, Aeron.connect(context));
      made = true;
      return media;
    } finally {
      if (!made) {
        if (driver != null) {
          driver.close();
        }
        directory.close();
      }
    }
  }

  private static Aeron.Context client(String directory, Errors errors) {
    return new Aeron.Context()
        .useConductorAgentInvoker(true)
        .errorHandler(errors::onError)
        .subscriberErrorHandler(errors::onError)
        .aeronDirectoryName(directory);
  }

  private static MediaDriver launch(HostSpec host, String directory, Errors errors) {
    int window = ReceiveWindow.ofThisMachine();
    MediaDriver.Context context =
        new MediaDriver.Context()
            .aeronDirectoryName(directory)
            .socketRcvbufLength(window)
            .initialWindowLength(window)
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
      if (directory != null) {
        directory.close();
      }
    }
  }
}
