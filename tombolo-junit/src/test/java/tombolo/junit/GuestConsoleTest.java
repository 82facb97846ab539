// SPDX-License-Identifier: Apache-2.0

package tombolo.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.junit.GuestConsole.Found;
import tombolo.junit.GuestConsole.Position;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Waiters;
import tombolo.machine.power.StopReason;

@DisplayName("A guest's console")
@Timeout(60)
class GuestConsoleTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(30);

  private final GuestConsole console = new GuestConsole(new Waiters(HostServices.system()));

  private void print(String text) {
    for (byte octet : text.getBytes(UTF_8)) {
      console.write(octet);
    }
  }

  @Test
  void hasLinesWithoutTheirEnds() throws InterruptedException {
    print("Grüße\r\nand\n\nmore");

    assertThat(console.lines()).containsExactly("Grüße", "and", "", "more");
    assertThat(console.awaitLine("ü", Position.START, 0))
        .isEqualTo(new Found("Grüße", new Position(1, 0)));
  }

  @Test
  void isALineOnlyWhenItHasEnded() throws InterruptedException {
    print("code 1");
    assertThat(console.awaitLine("code 1", Position.START, 0)).isNull();

    print("2\n");
    assertThat(console.awaitLine("code 1", Position.START, 0))
        .isEqualTo(new Found("code 12", new Position(1, 0)));
  }

  @Test
  void isALineAlsoWhenTheRunHasEnded() throws InterruptedException {
    print("last words");
    console.end(new StopReason.PowerOff());

    assertThat(console.awaitLine("last", Position.START, LONG)).isNotNull();
    assertThat(console.awaitLine("more", Position.START, LONG)).isNull();
  }

  @Test
  void hasTextBeforeItsLineEnds() throws InterruptedException {
    print("login: ");
    Found prompt = console.awaitText("login:", Position.START, 0);

    assertThat(prompt).isEqualTo(new Found("login: ", new Position(0, 6)));
    print("root\n");
    assertThat(console.awaitText("login:", new Position(0, 6), 0)).isNull();
    assertThat(console.awaitLine("root", new Position(0, 6), 0))
        .isEqualTo(new Found("login: root", new Position(1, 0)));
  }

  @Test
  void wakesWhoWaits() throws Exception {
    CompletableFuture<Boolean> line = new CompletableFuture<>();
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> complete(line, () -> console.awaitLine("now", Position.START, LONG) != null));
    Thread.ofVirtual().start(() -> complete(end, () -> console.awaitEnd(LONG) != null));

    print("now\n");
    assertThat(line.get(30, TimeUnit.SECONDS)).isTrue();
    console.end(new StopReason.PowerOff());
    assertThat(end.get(30, TimeUnit.SECONDS)).isTrue();
  }

  private interface Wait {
    boolean get() throws InterruptedException;
  }

  private static void complete(CompletableFuture<Boolean> future, Wait wait) {
    try {
      future.complete(wait.get());
    } catch (InterruptedException e) {
      future.completeExceptionally(e);
    }
  }

  @Test
  void ofLongLinesFewerAreKept() {
    String line = "x".repeat(4000);
    for (int i = 0; i < 3 * GuestConsole.MOST_CHARACTERS / 4000; i++) {
      print(line + "\n");
    }
    print("last\n");
    assertThat(console.lines().stream().mapToLong(String::length).sum())
        .isBetween(GuestConsole.MOST_CHARACTERS / 3L, GuestConsole.MOST_CHARACTERS + 4000L);
    assertThat(console.lines()).last().isEqualTo("last");
    assertThat(console.forgotten()).isPositive();
  }

  @Test
  void keepsTheLastLinesOfAGuestThatPrintsForEver() throws InterruptedException {
    int printed = 5 * GuestConsole.KEPT_LINES;
    for (int i = 0; i < printed; i++) {
      print("line " + i + "\n");
    }

    assertThat(console.lines())
        .hasSizeBetween(GuestConsole.KEPT_LINES, 2 * GuestConsole.KEPT_LINES)
        .endsWith("line " + (printed - 1));
    assertThat(console.forgotten() + console.lines().size()).isEqualTo(printed);
    assertThat(console.awaitLine("line " + (printed - 1), Position.START, 0))
        .isEqualTo(new Found("line " + (printed - 1), new Position(printed, 0)));
  }

  @Test
  void cutsALineThatDoesNotEnd() {
    print("x".repeat(10_000));

    assertThat(console.lines()).allMatch(line -> line.length() <= 4096).hasSize(3);
  }

  @Test
  void takesWhatIsTyped() {
    console.type("ä");

    assertThat(new int[] {console.read(), console.read(), console.read()})
        .containsExactly(0xc3, 0xa4, -1);
  }
}
