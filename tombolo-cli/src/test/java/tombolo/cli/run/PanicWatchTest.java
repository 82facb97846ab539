// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PanicWatchTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<String> reasons = new ArrayList<>();
  private final PanicWatch watch = new PanicWatch(out, reasons::add);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Kernel panic - not syncing: No working init found.\r\n",
        "[    1.2] Kernel panic - not syncing: No working init found.\n",
        "KKernel panic - not syncing: No working init found.\n",
        "---[ end Kernel panic - not syncing: No working init found. ]---\r\n",
        "-----[ end Kernel panic - not syncing: No working init found.\n",
      })
  void theReasonIsWhatFollowsTheMark(String line) throws IOException {
    watch.write(line.getBytes(UTF_8));
    assertThat(reasons).containsExactly("No working init found.");
    assertThat(out.toString(UTF_8)).isEqualTo(line);
  }

  @Test
  void itIsReportedAtItsFirstLineAndNotAgainAtItsLast() throws IOException {
    watch.write("Kernel panic - not syncing: A\r\n".getBytes(UTF_8));
    assertThat(reasons).containsExactly("A");

    watch.write("Call Trace:\r\n---[ end Kernel panic - not syncing: A ]---\r\n".getBytes(UTF_8));
    assertThat(reasons).containsExactly("A");

    watch.write("Kernel panic - not syncing: A\r\n".getBytes(UTF_8));
    assertThat(reasons).containsExactly("A", "A");
  }

  @Test
  void itIsFoundByteByByteAndAgain() throws IOException {
    for (byte octet : "x\n---[ end Kernel panic - not syncing: A\n".repeat(2).getBytes(UTF_8)) {
      watch.write(octet);
    }
    assertThat(reasons).containsExactly("A", "A");
  }

  @Test
  void nothingElseIsAPanic() throws IOException {
    watch.write("Kernel panic: A\nnot syncing: B\n---[ end trace ]---\n".getBytes(UTF_8));
    assertThat(reasons).isEmpty();
  }

  @Test
  void aGuestThatPanicsWithoutEndIsReportedAFewTimes() throws IOException {
    for (int i = 0; i < 3_000; i++) {
      watch.write("Kernel panic - not syncing: %d\n".formatted(i).getBytes(UTF_8));
    }
    assertThat(reasons)
        .hasSize(PanicWatch.MOST_REPORTS)
        .startsWith("0", "1")
        .last()
        .isEqualTo("7; further panics are not reported");
    assertThat(out.toString(UTF_8)).hasLineCount(3_000);
  }

  @Test
  void aReasonIsPrintedWithoutControlCharacters() throws IOException {
    watch.write("Kernel panic - not syncing: \u001b[2J\u0007\u009b\n".getBytes(UTF_8));
    assertThat(reasons).containsExactly("?[2J??");
  }

  @Test
  void aReasonWithoutEndIsCut() throws IOException {
    watch.write("Kernel panic - not syncing: ".getBytes(UTF_8));
    watch.write("A".repeat(10_000).getBytes(UTF_8));
    assertThat(reasons).containsExactly("A".repeat(200));
  }

  @ParameterizedTest
  @CsvSource({
    "System is deadlocked on memory, more --memory",
    "memblocks_present: Failed to allocate 33554432 bytes, more --memory",
    "VFS: Unable to mount root fs on unknown-block, --initrd",
    "No working init found., --initrd",
    "Attempted to kill init!, panic=-1 in --append"
  })
  void theAdviceFitsTheReason(String reason, String advice) {
    assertThat(PanicWatch.advice(reason, "--")).contains(advice);
  }
}
