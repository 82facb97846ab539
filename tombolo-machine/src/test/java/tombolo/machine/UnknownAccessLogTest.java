// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.junit.jupiter.api.Test;

final class UnknownAccessLogTest {
  private static final class Lines implements System.Logger {
    final List<String> lines = new ArrayList<>();

    @Override
    public String getName() {
      return "lines";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
      lines.add(message);
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... arguments) {
      lines.add(format);
    }
  }

  private final Lines log = new Lines();
  private final UnknownAccessLog accesses = new UnknownAccessLog("alice", () -> log);

  @Test
  void saysWhoDidWhatWhere() {
    accesses.add(2, "load", "guest physical address", 0xdead0008L, 4);
    assertThat(log.lines)
        .containsExactly(
            "alice: vCPU 2: load of 4 bytes at guest physical address 0xdead0008,"
                + " where nothing answers");
  }

  @Test
  void saysThatMemoryMayOnlyBeRead() {
    accesses.addReadOnlyStore(2, 0xdead0008L, 4);
    assertThat(log.lines)
        .containsExactly(
            "alice: vCPU 2: store of 4 bytes at guest physical address 0xdead0008,"
                + " which it may only read");
  }

  @Test
  void aPageIsToldOnce() {
    for (int i = 0; i < 4096; i++) {
      accesses.add(0, "load", "guest physical address", 0xdead0000L + i, 1);
    }
    assertThat(log.lines).hasSize(1);
  }

  @Test
  void aGuestThatTriesEveryAddressDoesNotFloodTheLog() {
    for (long page = 0; page < 10_000; page++) {
      accesses.add(0, "store", "guest physical address", page << 12, 8);
    }
    assertThat(log.lines).hasSize(UnknownAccessLog.MAX_PAGES + 1);
    assertThat(log.lines.getLast()).contains("counted, not logged");
  }
}
