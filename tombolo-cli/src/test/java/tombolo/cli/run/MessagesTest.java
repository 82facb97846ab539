// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lines for a person who reads them, and for one who does not. */
@Timeout(60)
class MessagesTest {
  @Test
  void aLineIsWrittenWhenPrintReturns() {
    List<String> written = new ArrayList<>();
    Messages messages = new Messages(written::add);
    for (int i = 0; i < 100; i++) {
      messages.print("line " + i);
      assertThat(written).hasSize(i + 1).last().isEqualTo("line " + i);
    }
  }

  @Test
  void whoPrintsIsNotHeldForEverAndNotAgain() throws InterruptedException {
    CountDownLatch read = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(Messages.MOST_WAITING + 1);
    List<String> written = new ArrayList<>();
    Messages messages =
        new Messages(
            line -> {
              try {
                read.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              written.add(line);
              all.countDown();
            });

    for (int i = 0; i < 10_000; i++) { // a second for each would take hours
      messages.print("line " + i);
    }

    read.countDown();
    all.await(); // the line that was being written, and those that wait
    messages.print("another one");
    assertThat(written).hasSize(Messages.MOST_WAITING + 2).last().isEqualTo("another one");
  }

  @Test
  void anInterruptEndsTheWaitAndStays() {
    Messages messages =
        new Messages(
            line -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });

    Thread.currentThread().interrupt();
    messages.print("a line");

    assertThat(Thread.interrupted()).isTrue();
  }
}
