// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.host.HostServices;

/** Standard streams whose descriptors somebody has made non-blocking. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PatientStreamsTest {
  private final byte[] bytes = new byte[1 << 20]; // more than a pipe holds

  private static <T> FutureTask<T> start(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofPlatform().daemon(true).start(task);
    return task;
  }

  @Test
  void aPipeThatIsFullIsWaitedFor() throws Exception {
    new Random(1).nextBytes(bytes);
    Pipe pipe = Pipe.open();
    pipe.sink().configureBlocking(false);
    OutputStream out = new PatientOutput(pipe.sink(), HostServices.system());
    FutureTask<byte[]> reader = start(() -> Channels.newInputStream(pipe.source()).readAllBytes());

    out.write(bytes);
    pipe.sink().close();

    assertThat(reader.get()).isEqualTo(bytes);
  }

  @Test
  void aPipeThatIsEmptyIsWaitedFor() throws Exception {
    new Random(2).nextBytes(bytes);
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    InputStream in = new PatientInput(pipe.source(), HostServices.system());
    FutureTask<byte[]> reader =
        start(
            () -> {
              ByteArrayOutputStream all = new ByteArrayOutputStream();
              all.write(in.read());
              in.transferTo(all);
              return all.toByteArray();
            });

    Channels.newOutputStream(pipe.sink()).write(bytes);
    pipe.sink().close();

    assertThat(reader.get()).isEqualTo(bytes);
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    InputStream in = new PatientInput(pipe.source(), HostServices.system());
    Thread.currentThread().interrupt();

    assertThatExceptionOfType(IOException.class).isThrownBy(in::read);
    assertThat(Thread.interrupted()).isTrue();
  }
}
